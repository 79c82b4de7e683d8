import { useStore, useTerminal } from './hooks';

/** Fills and troubles as they come; read out by screen readers. */
export function ToastList() {
  const { toasts } = useTerminal();
  const shown = useStore(toasts.store);
  return (
    <div className="toasts" role="log" aria-live="polite" aria-label="Notices">
      {shown.map((toast) => (
        <div key={toast.id} className={`toast ${toast.kind}`}>
          <span>{toast.text}</span>
          <button type="button" aria-label="Dismiss" onClick={() => toasts.dismiss(toast.id)}>×</button>
        </div>
      ))}
    </div>
  );
}
