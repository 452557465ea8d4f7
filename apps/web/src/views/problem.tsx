/** An error in words, and a way out of it. */

export function Problem({ message, onRetry }: { readonly message: string; readonly onRetry?: () => void }) {
  return (
    <div className="problem" role="alert" data-testid="error">
      <p>{message}</p>
      {onRetry ? (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      ) : null}
    </div>
  );
}
