/** The words of the chat page: what the server sends and what the page keeps. No code. */

import type { Problem } from "./problem.js";
import type { createSession } from "./session.js";

type Session = ReturnType<typeof createSession>;

export type Role = "user" | "bot" | "expert" | "system";

export interface Option {
  label: string;
  action: string;
}

export interface Program {
  id: string;
  name: string;
  reason: string;
  url?: string | null;
}

export interface Institution {
  id: string;
  name: string;
  reason: string;
}

export interface Contact {
  office: string;
  prefecture: string;
  tel: string;
  address: string;
}

export interface Source {
  title: string;
  at?: string | null;
  as_of?: string | null;
  url?: string | null;
}

export interface TextPart {
  type: "text";
  text: string;
}

export interface OptionsPart {
  type: "candidates" | "choices" | "followups" | "feedback";
  items: Option[];
}

export interface ProgramsPart {
  type: "programs";
  items: Program[];
}

export interface InstitutionsPart {
  type: "institutions";
  items: Institution[];
}

export interface ContactsPart {
  type: "contacts";
  items: Contact[];
}

export interface SourcesPart {
  type: "sources";
  items: Source[];
}

export type Part =
  | TextPart
  | OptionsPart
  | ProgramsPart
  | InstitutionsPart
  | ContactsPart
  | SourcesPart;

/** A message as the server stored it. */
export interface Message {
  seq: number;
  role: Role;
  text: string;
  client_id: string | null;
  at: string;
  action: string | null;
  /** The expert's name. */
  author: string | null;
  /** The message that an expert answers with this one. */
  quotes_seq: number | null;
  /** Kinds that the page does not know, such as `speaker`, are skipped. */
  parts: Part[];
}

export type Owner = "bot" | "queue" | "expert" | "promise";

/** How the conversation stands with people. */
export interface Status {
  owner: Owner;
  /** The place in the queue, from 1. */
  position?: number | null;
  estimate_minutes?: number | null;
  /** Who has taken it up, once somebody has. */
  expert?: { display_name: string; qualification: string } | null;
  /** Whether the expert is writing. */
  typing?: boolean;
  receipt?: string;
  /** A day like 2026-11-24. */
  promised_for?: string | null;
  /** Whether experts are there now; if not, `opens_at` says when they will be. */
  open: boolean;
  opens_at?: string | null;
  /** Whether the talk that ended last may still be rated. */
  may_rate?: boolean;
  /** Where the answers are mailed, "" where they are not. */
  email?: string;
  may_leave_email?: boolean;
}

/** When experts are there. */
export interface Hours {
  open: boolean;
  /** The regular hours in words. */
  text: string;
  opens_at: string | null;
  /** The end of the day, while they are there. */
  closes_at: string | null;
  last_call: boolean;
}

export interface MessagePage {
  messages: Message[];
  last_seq: number;
  /** Only where the page was waited for. */
  status: Status | null;
}

export interface Suggestion {
  entry_id: string;
  question: string;
}

/** What proves that this browser may read and write one conversation. */
export interface Identity {
  id: string;
  token: string;
}

export type PendingStatus = "sending" | "waiting" | "failed";

/** Something the visitor said that the server has not confirmed yet. */
export interface Pending {
  clientId: string;
  text: string;
  action: string | null;
  at: string;
  status: PendingStatus;
  note: string | null;
}

/** Everything the transcript is drawn from; never changed in place. */
export interface State {
  messages: readonly Message[];
  pending: readonly Pending[];
  cursor: number;
  /** "seq:part" of an options part -> the action tapped there in this tab. */
  chosen: Readonly<Record<string, string>>;
  status: Status;
}

export type StandingAct = "leave" | "end" | "stay";

/** What there is to say of people, and what the visitor can do about it. */
export interface Standing {
  kind: "bot" | "closed" | "queue" | "assigned" | "expert" | "idle" | "promise";
  /** "" while there is nothing to say. */
  words: string;
  acts: readonly StandingAct[];
}

/** One bubble, with all that decides how it looks. */
export interface Entry {
  key: string;
  role: Role;
  at: string;
  text: string;
  /** The expert's name, or "". */
  author: string;
  /** The words that are answered, or "". */
  quote: string;
  parts: readonly Part[];
  seq: number | null;
  pending: Pending | null;
  /** The chosen action of each part, "" where none is. */
  chosen: readonly string[];
  /** Whether the name and time are shown above. */
  head: boolean;
  /** The day that begins here, or "". */
  day: string;
  signature: string;
}

export type ConnectionState = "idle" | "live" | "lost" | "down" | "gone";

export type Translate = (key: string, values?: Record<string, string | number | null | undefined>) => string;

/** What a renderer of parts may ask of the page. */
export interface PartContext {
  t: Translate;
  chosen: string;
  choose: (option: Option) => void;
}

export interface Preferences {
  size: "standard" | "large" | "huge";
  enterSends: boolean;
}

export interface KeyValueStore {
  kind: "local" | "session" | "memory";
  get: (key: string) => string | null;
  set: (key: string, value: string) => void;
  remove: (key: string) => void;
}

/** What the server can be asked. */
export interface Api {
  texts: () => Promise<Record<string, string>>;
  hours: () => Promise<Hours>;
  open: () => Promise<Identity>;
  /** Comes back with the code of a receipt. */
  resume: (code: string) => Promise<Identity>;
  send: (identity: Identity, body: Record<string, string>) => Promise<Message>;
  messages: (identity: Identity, after: number, signal: AbortSignal) => Promise<MessagePage>;
  events: (identity: Identity, after: number, signal: AbortSignal) => Promise<Response>;
  poll: (identity: Identity, after: number, signal: AbortSignal, seconds: number) => Promise<MessagePage>;
  /** The visitor is writing. */
  typing: (identity: Identity) => Promise<Response>;
  suggest: (query: string, signal: AbortSignal) => Promise<Suggestion[]>;
  /** Has the promised answer mailed, too. */
  keepEmail: (identity: Identity, address: string) => Promise<Status>;
  dropEmail: (identity: Identity) => Promise<Status>;
  /** What an expert said up to this message has been read. */
  read: (identity: Identity, seq: number) => Promise<Response>;
}

export interface RequestOptions {
  /** By default GET, and POST with a body. */
  method?: string;
  body?: unknown;
  token?: string;
  signal?: AbortSignal;
  /** Milliseconds until the request is given up. */
  patience?: number;
}

export interface BubbleActions {
  choose: (entry: Entry, part: number, option: Option) => void;
  retry: (pending: Pending) => void;
  takeBack: (pending: Pending) => void;
}

/** What the chat is built with. */
export interface Means {
  api: Api;
  t: Translate;
  /** Lives as long as the browser lets it. */
  storage: KeyValueStore;
  /** Lives as long as this tab. */
  tabStorage: KeyValueStore;
}

/** Whom a talk tells what happens. */
export interface Listener {
  /** isOwn: the visitor's own doing. */
  changed: (state: State, isOwn: boolean) => void;
  /** What was said before is here now. */
  caughtUp: () => void;
  /** What just came from the other side. */
  heard: (messages: Message[]) => void;
  /** Why something said is not there yet. */
  noted: (note: string) => void;
  /** Words that are not sent after all. */
  returned: (text: string, reason?: string) => void;
  /** The talk begins from nothing. */
  renewed: (notice: string) => void;
  connected: (connection: ConnectionState) => void;
}

export interface StreamMeans {
  open: (after: number, signal: AbortSignal) => Promise<Response>;
  poll: (after: number, signal: AbortSignal, seconds: number) => Promise<MessagePage>;
  fetchAfter: (after: number, signal: AbortSignal) => Promise<MessagePage>;
  /** The last message that is surely here. */
  cursor: () => number;
  onMessages: (messages: Message[], cursor: number) => void;
  onStatus: (status: Status) => void;
  onState: (state: ConnectionState) => void;
}

export interface SenderMeans {
  api: Api;
  session: Pick<Session, "ensure" | "forget">;
  t: Translate;
  /** Whether the message still waits to be stored. */
  isOpen: (clientId: string) => boolean;
  onStored: (message: Message) => void;
  onChange: (clientId: string, change: Partial<Pending>) => void;
  /** The text itself is not acceptable. */
  onRefused: (pending: Pending, problem: Problem) => void;
  /** The old conversation is gone, a new one takes its place. */
  onRenewed: () => void;
}

export interface ComposerMeans {
  t: Translate;
  drafts: KeyValueStore;
  enterSends: () => boolean;
  onSend: (text: string) => void;
  onSuggestion: (suggestion: Suggestion) => void;
  suggest: (query: string, signal: AbortSignal) => Promise<Suggestion[]>;
  /** Something was written, outside of any composition. */
  onWriting: () => void;
  say: (sentence: string) => void;
}

export interface SuggestMeans {
  field: HTMLTextAreaElement;
  t: Translate;
  fetch: (query: string, signal: AbortSignal) => Promise<Suggestion[]>;
  onPick: (suggestion: Suggestion) => void;
  say: (sentence: string) => void;
}

export interface StartMeans {
  t: Translate;
  /** Whether closing the page loses the talk. */
  isForgetful: boolean;
  onTopic: (text: string) => void;
  onPerson: () => void;
  onResume: () => void;
}

export interface MailMeans {
  t: Translate;
  onKeep: (address: string) => Promise<void>;
  onDrop: () => Promise<void>;
  /** What was pressed is gone, and nothing took its place. */
  onGone: () => void;
  say: (sentence: string) => void;
}

export interface MenuMeans {
  t: Translate;
  preferences: Preferences;
  onPreference: (change: Partial<Preferences>) => void;
  onPerson: () => void;
  onResume: () => void;
  onRestart: () => void;
}
