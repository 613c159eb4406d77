/** The words of the experts' console: what the server sends and what the page keeps. No code. */

import type { Part, Source, Translate } from "../chat/types";

export type { Translate };

export interface Preferences {
  sound: boolean;
  notify: boolean;
  title: boolean;
  enter_sends: boolean;
}

export interface User {
  id: string;
  name: string;
  display_name: string;
  qualification: string;
  role: "expert" | "supervisor" | "admin" | "editor";
  specialities: string[];
  capacity: number;
  away: boolean;
  preferences: Partial<Preferences>;
}

export interface Session {
  user: User;
  csrf: string;
}

export type Status =
  | "offered"
  | "queued"
  | "assigned"
  | "active"
  | "closed"
  | "rated"
  | "promised"
  | "expired"
  | "cancelled";

/** A handoff as it stands on the board. */
export interface Row {
  id: number;
  receipt: string;
  status: Status;
  channel: "web" | "line";
  /** How the answer reaches the user when they are not there. */
  contact?: "code" | "line" | "email";
  speciality: string;
  speciality_label: string;
  question: string;
  reason: string;
  queued_at: string | null;
  waiting_since: string | null;
  /** In the queue, from 1. */
  position: number | null;
  assigned_to: { id: string; display_name: string } | null;
  last_seq: number;
  last_message: { role: Role; text: string; at: string } | null;
  unread: number;
  typing: boolean;
  user_online: boolean;
  promised_for: string | null;
  due_on: string | null;
  delivery_failed: boolean;
  viewers: string[];
  closed_at: string | null;
  category: string;
  rating: number | null;
}

export interface Hours {
  open: boolean;
  closed_now: boolean;
  opens_at: string | null;
  closes_at: string | null;
  last_call: boolean;
  text: string;
  /** `words` say why a day differs from its weekday, "" if it does not; times like 09:00:00. */
  days: { date: string; words: string; intervals: [string, string][] }[];
}

/** The whole board (`full`), or what changed of it. */
export interface BoardEvent {
  full: boolean;
  version: number;
  rows: Omit<Row, "position">[];
  gone?: number[];
  /** The handoffs that wait, in their order. */
  queue?: number[];
  me?: User | null;
  hours?: Hours | null;
  now: string;
}

export interface Board {
  /** -1 before the server has said anything. */
  version: number;
  rows: ReadonlyMap<number, Row>;
  queue: readonly number[];
  me: User;
  hours: Hours | null;
  /** Milliseconds that the server's clock is ahead of this one. */
  skew: number;
}

export interface Sections {
  waiting: Row[];
  promised: Row[];
  mine: Row[];
  others: Row[];
  closed: Row[];
}

export type Role = "user" | "bot" | "expert" | "system";

export interface Delivery {
  status: "sending" | "sent" | "held" | "failed";
  error?: string | null;
  /** The channel that brings it. */
  by?: string;
}

export interface Message {
  seq: number;
  role: Role;
  author: string;
  text: string;
  at: string;
  parts: Part[];
  client_id?: string | null;
  quotes_seq?: number | null;
  delivery: Delivery | null;
}

export interface MessagePage {
  messages: Message[];
  last_seq: number;
}

export interface Memo {
  id: number;
  author: string;
  text: string;
  at: string;
}

export interface Offered {
  entry_id: string;
  question: string;
  confidence: number;
  chosen: boolean;
}

export interface Evidence {
  question: string;
  slots: { label: string; value: string }[];
  offered: Offered[];
  rejected: Offered[];
  programs: { name: string; reason: string }[];
  searches: number;
}

export type Mode = "reply" | "memo";

export interface Draft {
  text: string;
  mode: Mode;
}

/** What opening a handoff brings. */
export interface CasePage extends MessagePage {
  handoff: Row;
  evidence: Evidence | null;
  memos: Memo[];
  draft: Draft | null;
}

/** The open handoff; never changed in place. */
export interface Case {
  id: number;
  evidence: Evidence | null;
  memos: readonly Memo[];
  messages: readonly Message[];
  /** Everything up to this number is here. */
  cursor: number;
}

/** A reply that the server has not confirmed yet. */
export interface Pending {
  handoffId: number;
  clientId: string;
  text: string;
  quotesSeq: number | null;
  entryId: string | null;
  at: string;
  status: "sending" | "waiting" | "failed";
  note: string;
}

/** What the composer hands over. */
export interface Composed {
  text: string;
  mode: Mode;
  quotesSeq: number | null;
  entryId: string | null;
}

export interface Entry {
  key: string;
  role: Role;
  author: string;
  at: string;
  text: string;
  parts: readonly Part[];
  seq: number | null;
  quote: string;
  delivery: Delivery | null;
  pending: Pending | null;
  day: string;
  signature: string;
}

export interface Colleague {
  id: string;
  display_name: string;
  qualification: string;
  specialities: string[];
  present: boolean;
  away: boolean;
  load: number;
  capacity: number;
}

export interface Canned {
  id: number;
  shortcut: string;
  text: string;
  shared: boolean;
}

export interface Found {
  entry_id: string;
  question: string;
  answer: string;
  confidence: number;
  sources: Source[];
}

export interface Closing {
  category: string;
  for_knowledge: boolean;
  note?: string;
}

export interface Transfer {
  to: string | null;
  speciality?: string;
  note: string;
}
