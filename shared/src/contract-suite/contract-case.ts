import type { RouteSpec } from '../route.ts';
import type { RouteName } from '../routes.ts';

export interface ReceivedMail {
  readonly subject: string;
  readonly text: string;
}

export interface ContractTarget {
  /** The server that is judged. */
  readonly baseUrl: string;
  /** A server with the whole API, for what the cases need but don't judge; the judged one when left out. */
  readonly wholeUrl?: string;
  /** Judges the routes of these alone; all of them when left out. */
  readonly capabilities?: readonly RouteSpec['capability'][];
  /** Mails that have reached an address. Cases that need one wait for it through this; without it they're left out. */
  readonly mailsTo?: (address: string) => Promise<readonly ReceivedMail[]>;
}

/** One promise of the contract, checked against a running server. */
export interface ContractCase {
  readonly route: RouteName;
  readonly name: string;
  /** Rejects, saying what was broken, when the server does not keep the promise. */
  readonly run: () => Promise<void>;
}
