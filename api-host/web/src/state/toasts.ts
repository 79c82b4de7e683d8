import { Store } from '../lib/store';

export interface Toast {
  id: number;
  kind: 'fill' | 'info' | 'alert' | 'error';
  text: string;
}

const maxToasts = 5;
const shownMs = { fill: 6000, info: 4000, alert: 20_000, error: 10_000 } as const;

/** Short notices; the oldest makes room, and each goes by itself. */
export class Toasts {
  readonly store = new Store<readonly Toast[]>([]);
  private nextId = 1;

  show(kind: Toast['kind'], text: string): void {
    const toast = { id: this.nextId++, kind, text };
    this.store.update((toasts) => [...toasts, toast].slice(-maxToasts));
    setTimeout(() => this.dismiss(toast.id), shownMs[kind]);
  }

  dismiss(id: number): void {
    this.store.update((toasts) => toasts.filter((toast) => toast.id !== id));
  }
}
