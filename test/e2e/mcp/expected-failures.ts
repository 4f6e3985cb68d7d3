/** Revisions of the specification that the suite asks about. */
export type Revision = '2025-11-25' | '2026-07-28';

/** Checks of the suite that fail for one reason. */
export interface ExpectedFailures {
  readonly why: string;
  /** What each of them says: one that fails for another reason is not expected. */
  readonly says: RegExp;
  /** `scenario:check` by revision. */
  readonly checks: Readonly<Partial<Record<Revision, readonly string[]>>>;
}

const TOOLS_OF_BOTH = [
  'tools-call-simple-text:tools-call-simple-text',
  'tools-call-image:tools-call-image',
  'tools-call-audio:tools-call-audio',
  'tools-call-embedded-resource:tools-call-embedded-resource',
  'tools-call-mixed-content:tools-call-mixed-content',
  'tools-call-error:tools-call-error',
  'tools-call-with-progress:tools-call-with-progress',
  'json-schema-2020-12:json-schema-2020-12-tool-found',
];
const PROMPTS_OF_BOTH = [
  'prompts-get-simple:prompts-get-simple',
  'prompts-get-with-args:prompts-get-with-args',
  'prompts-get-embedded-resource:prompts-get-embedded-resource',
  'prompts-get-with-image:prompts-get-with-image',
];
const RESOURCES_OF_BOTH = [
  'resources-read-text:resources-read-text',
  'resources-read-binary:resources-read-binary',
  'resources-templates-read:resources-templates-read',
];

/**
 * Every check that the server does not pass, and why. The suite is written for SDKs: it calls fixtures of its "everything
 * server" by name, which a product does not have. Our own tools, resources and prompts are driven by `tools.test.ts`.
 */
export const EXPECTED_FAILURES: readonly ExpectedFailures[] = [
  {
    why: 'calls a fixture tool of the everything server',
    says: /Tool '?(test_\w+|json_schema_2020_12_tool)'? not found/,
    checks: {
      '2025-11-25': [
        ...TOOLS_OF_BOTH,
        'tools-call-sampling:tools-call-sampling',
        'tools-call-elicitation:tools-call-elicitation',
        'elicitation-sep1034-defaults:elicitation-sep1034-general',
        'elicitation-sep1330-enums:elicitation-sep1330-general',
      ],
      '2026-07-28': TOOLS_OF_BOTH,
    },
  },
  {
    why: 'gets a fixture prompt of the everything server',
    says: /Prompt test_\w+ not found/,
    checks: { '2025-11-25': PROMPTS_OF_BOTH, '2026-07-28': PROMPTS_OF_BOTH },
  },
  {
    why: 'reads a fixture resource of the everything server',
    says: /Resource not found: test:\/\//,
    checks: { '2025-11-25': RESOURCES_OF_BOTH, '2026-07-28': RESOURCES_OF_BOTH },
  },
  {
    why: 'completion of arguments is optional; it is not declared, and so the method is not there',
    says: /Method not found/,
    checks: {
      '2025-11-25': ['completion-complete:completion-complete'],
      '2026-07-28': ['completion-complete:completion-complete'],
    },
  },
  {
    why: 'log messages to the client are optional and not declared: the daemon has a log of its own',
    says: /Method not found/,
    checks: {
      '2025-11-25': [
        'logging-set-level:logging-set-level',
        'tools-call-with-logging:tools-call-with-logging',
      ],
    },
  },
  {
    why: 'subscriptions to resources are optional and not declared; without sessions there is nobody to tell',
    says: /Method not found/,
    checks: {
      '2025-11-25': [
        'resources-subscribe:resources-subscribe',
        'resources-unsubscribe:resources-unsubscribe',
      ],
    },
  },
  {
    why: 'needs a diagnostic tool of the suite: no tool of ours asks the client for something, logs to it, or takes headers',
    says: /^Not testable: server (does not list the diagnostic tool|exposes no tool with x-mcp-header)/,
    checks: {
      '2026-07-28': [
        'server-stateless:sep-2575-server-rejects-undeclared-capability',
        'server-stateless:sep-2575-missing-capability-http-400',
        'server-stateless:sep-2575-http-server-no-independent-requests-on-stream',
        'server-stateless:sep-2575-server-no-log-without-loglevel',
        'http-custom-header-server-validation:sep-2243-server-no-xmcp-tool',
        'http-custom-header-server-validation:sep-2243-server-decode-base64',
        'http-custom-header-server-validation:sep-2243-server-validate-param-match',
        'http-custom-header-server-validation:sep-2243-server-reject-invalid-param-chars',
        'http-custom-header-server-validation:sep-2243-server-reject-param-mismatch',
      ],
    },
  },
  {
    why: 'calls a fixture that asks the client for input: ours never do, for a person decides elsewhere',
    says: /(Tool|Prompt) test_input_required_result_\w+ not found|Expected InputRequiredResult|could not get initial InputRequiredResult/,
    checks: {
      '2026-07-28': [
        'input-required-result-basic-elicitation:sep-2322-elicitation-incomplete',
        'input-required-result-basic-sampling:sep-2322-sampling-incomplete',
        'input-required-result-basic-list-roots:sep-2322-list-roots-incomplete',
        'input-required-result-request-state:sep-2322-request-state-incomplete',
        'input-required-result-multiple-input-requests:sep-2322-multiple-inputs-incomplete',
        'input-required-result-multi-round:sep-2322-multi-round-r1',
        'input-required-result-non-tool-request:sep-2322-non-tool-incomplete',
        'input-required-result-result-type:sep-2322-result-type-included',
        'input-required-result-tampered-state:sep-2322-reject-tampered-state',
        'input-required-result-capability-check:sep-2322-respect-client-capabilities',
      ],
    },
  },
  {
    why: 'the extension for tasks is optional (not scored) and not declared: long work is a task over A2A',
    says: /MUST be advertised|-32601|-32602|Tool \w+ not found|Not testable: no task was created|fixture from Check 2 unavailable/,
    checks: {
      '2026-07-28': [
        'tasks-capability-negotiation:tasks-extension-advertised',
        'tasks-capability-negotiation:sep-2663-tasks-methods-non-declaring',
        'tasks-capability-negotiation:sep-2663-server-rejects-undeclared-client',
        'tasks-capability-negotiation:tasks-per-request-meta-opt-in',
        'tasks-dispatch-and-envelope:tasks-server-directed-creation-no-hint',
        'tasks-dispatch-and-envelope:sep-2663-legacy-task-param-ignored',
        'tasks-dispatch-and-envelope:tasks-immediate-result-shortcut',
        'tasks-dispatch-and-envelope:tasks-result-type-complete-on-non-task-responses',
        'tasks-dispatch-and-envelope:sep-2663-durable-create-strong-consistency',
        'tasks-dispatch-and-envelope:sep-2663-tasks-get-invalid-task-id-32602',
        'tasks-lifecycle:tasks-sync-tool-call',
        'tasks-lifecycle:sep-2663-result-type-task-on-create',
        'tasks-lifecycle:sep-2663-tasks-get-status-working',
        'tasks-lifecycle:sep-2663-tasks-get-status-completed',
        'tasks-lifecycle:sep-2663-tool-error-uses-completed-status',
        'tasks-lifecycle:sep-2663-tasks-get-status-failed',
        'tasks-lifecycle:sep-2663-cancel-ack-empty-result',
        'tasks-lifecycle:tasks-cancel-terminal-idempotent-ack',
        'tasks-mrtr-composition:sep-2663-mrtr-synchronous-before-task-creation',
        'tasks-mrtr-input:sep-2663-tasks-get-status-input-required',
        'tasks-mrtr-input:tasks-mrtr-tasks-update-resumes',
        'tasks-mrtr-input:tasks-mrtr-partial-fulfillment',
        'tasks-request-headers:tasks-headers-tolerate-mcp-method-on-tools-call',
        'tasks-request-headers:sep-2663-routing-headers-accepted-on-tasks-get',
        'tasks-request-headers:sep-2663-server-rejects-mismatched-mcp-name-on-tasks-get',
        'tasks-request-state-removal:tasks-request-state-removal-setup',
        'tasks-required-task-error:sep-2663-server-returns-missing-capability-when-required',
        'tasks-wire-fields:tasks-wire-field-renames',
        'tasks-wire-fields:tasks-no-early-ttl-expiry',
        'tasks-wire-fields:tasks-no-related-task-meta-on-inlined-result',
      ],
    },
  },
];
