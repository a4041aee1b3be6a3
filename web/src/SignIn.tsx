import type { SyntheticEvent } from "react";

export interface Session {
  signed_in: boolean;
  role?: string;
  hospital?: string;
}

export interface SignInTexts {
  heading: string;
  explain: string;
  label: string;
  button: string;
  failed: string;
}

// The token of a one-time link leaves the address bar and the history before it is used.
export function takeToken(page: string): string | null {
  const query = window.location.hash.split("?")[1];
  if (query === undefined) return null;
  window.history.replaceState(null, "", `#${page}`);
  return new URLSearchParams(query).get("token");
}

export function SignIn({
  text,
  failed,
  onToken,
}: {
  text: SignInTexts;
  failed: boolean;
  onToken: (token: string) => void;
}) {
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get("token");
    if (typeof token === "string") onToken(token.trim());
  };
  return (
    <section className="panel" aria-labelledby="sign-in">
      <h2 id="sign-in">{text.heading}</h2>
      <p>{text.explain}</p>
      <form className="sign-in" onSubmit={submit}>
        <label>
          {text.label}
          <input name="token" type="password" autoComplete="off" required />
        </label>
        <button type="submit">{text.button}</button>
      </form>
      {failed && (
        <p className="failed" role="alert">
          {text.failed}
        </p>
      )}
    </section>
  );
}
