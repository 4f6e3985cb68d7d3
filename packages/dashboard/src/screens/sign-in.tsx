import { useState } from 'preact/hooks';
import { mustSignIn, request } from '../api/client.ts';

/** Asks for the token. */
export function SignIn() {
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get('token') ?? '');
    try {
      await request('/sign-in', { method: 'POST', body: JSON.stringify({ token }) });
      mustSignIn.value = false;
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : String(refusal));
    }
  };
  return (
    <main id="main" class="sign-in">
      <h1>pgsteward</h1>
      <form onSubmit={(event) => void submit(event)}>
        <label>
          Token
          <input name="token" type="password" autocomplete="current-password" required />
        </label>
        <button type="submit">Sign in</button>
        {error === null ? null : (
          <p class="trouble" role="alert">
            {error}
          </p>
        )}
      </form>
      <p class="muted">The viewer's or the operator's token: http.viewer-token, http.operator-token.</p>
    </main>
  );
}
