/** The words of the chat page: what the server sends and what the page keeps. No code. */

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
  parts: Part[];
}

export interface MessagePage {
  messages: Message[];
  last_seq: number;
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
}

/** One bubble, with all that decides how it looks. */
export interface Entry {
  key: string;
  role: Role;
  at: string;
  text: string;
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

export type Translate = (key: string, values?: Record<string, string | number>) => string;

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

