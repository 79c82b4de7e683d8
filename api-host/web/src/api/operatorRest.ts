import { Rest } from './rest';
import type { Page } from './types';

export interface Silo {
  name: string;
  machine: string;
  process_id: number;
  started_at: string;
  reported_at: string;
  alive: boolean;
  cpu_seconds: number;
  memory_bytes: number;
  activations: number;
}

export interface GrainCount {
  type: string;
  activations: number;
  silos: number;
}

export interface KillSwitch {
  scope: 'global' | 'account' | 'symbol';
  id: string | null;
  state: 'active' | 'reducing' | 'halted';
  reason: string;
  since: string;
  canceling: boolean;
  by: string | null;
}

export interface AuditEntry {
  seq: number;
  time_ms: number;
  event: string;
  actor: string;
  target: string;
  reason: string;
  details: string;
}

/** An account's limits; amounts are text, null is no limit. */
export type Limits = Record<string, unknown> & { account_id: string; version: number };

export interface SwitchWish {
  scope: string;
  id?: string;
  state: string;
  reason: string;
  cancel_orders: boolean;
}

/** The calls of the operator's page. */
export class OperatorRest extends Rest {
  silos = (): Promise<Silo[]> => this.list('/admin/silos');
  grains = (): Promise<GrainCount[]> => this.list('/admin/grains');
  switches = (): Promise<KillSwitch[]> => this.list('/risk/kill-switch');
  setSwitch = (wish: SwitchWish): Promise<KillSwitch> => this.call('POST', '/risk/kill-switch', wish);
  limits = (account: string): Promise<Limits> => this.call('GET', `/risk/limits?account_id=${encodeURIComponent(account)}`);
  setLimits = (wish: Record<string, unknown>): Promise<Limits> => this.call('PUT', '/risk/limits', wish);

  /** The newest entries, newest first. */
  audit = async (): Promise<AuditEntry[]> => (await this.call<Page<AuditEntry>>('GET', '/admin/audit?limit=100')).items;
}
