import type { Command } from 'commander';
import { APP_ERRORS, actingRoleSql, roleSql } from '../../../app/index.ts';
import { type ExitCode, failure } from '../../../kernel/index.ts';
import type { CommandContext } from '../context.ts';

interface RoleFlags {
  readonly printSql?: boolean;
  readonly name?: string;
  readonly database: string;
  readonly withData?: boolean;
  readonly acting?: boolean;
}

/** Describes `pgsteward role`. */
export function describeRole(command: Command): Command {
  return command
    .summary('print the SQL that makes a role for pgsteward')
    .description('Prints SQL for a DBA to read and run; pgsteward itself runs none of it.')
    .option('--print-sql', 'print the SQL (the only thing this command does)')
    .option('--acting', 'the role that changes things, instead of the one that reads')
    .option('--name <role>', 'name of the role (default: pgsteward, pgsteward_act with --acting)')
    .option('--database <name>', 'database that it watches', 'postgres')
    .option('--with-data', 'also grant reading of table data (pg_read_all_data)');
}

/** Runs `pgsteward role`. */
export function runRoleCommand(context: CommandContext, flags: RoleFlags): Promise<ExitCode> {
  if (flags.printSql !== true) {
    const reason = 'pgsteward makes no role by itself; ask for the SQL with --print-sql';
    throw failure(APP_ERRORS.USAGE, { reason, command: 'role' });
  }
  const { name, database } = flags;
  context.output.data(
    flags.acting === true
      ? actingRoleSql({ name: name ?? 'pgsteward_act', database })
      : roleSql({ name: name ?? 'pgsteward', database, withData: flags.withData === true }),
  );
  return Promise.resolve(0);
}
