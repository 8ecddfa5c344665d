import type { WaiteeStatus } from '@banyan/contracts';

export interface DemoPerson {
  readonly email: string;
  readonly displayName: string;
  /** Of the photo's ground, in degrees on the colour wheel. */
  readonly hue: number;
}

export interface DemoGuest {
  readonly name: string;
  readonly partySize: number;
  readonly status: WaiteeStatus;
  readonly email?: string;
  readonly phone?: string;
  /** Joins with an account, and so with its photo. */
  readonly account?: DemoPerson;
}

export interface DemoWaitlist {
  readonly host: DemoPerson;
  readonly slug: string;
  readonly name: string;
  readonly minutesPerParty: number;
  /** In the order in which they joined. */
  readonly guests: readonly DemoGuest[];
}

/** Of every demo account: they are on this machine alone, and the address table shows it. */
export const demoPassword = 'table-for-two';

const luigi: DemoPerson = { email: 'luigi@banyan.example', displayName: 'Luigi Bianchi', hue: 150 };
const mei: DemoPerson = { email: 'mei@banyan.example', displayName: 'Mei Tanaka', hue: 350 };
const ann: DemoPerson = { email: 'ann@banyan.example', displayName: 'Ann Keller', hue: 265 };
const joe: DemoPerson = { email: 'joe@banyan.example', displayName: 'Joe Okafor', hue: 30 };

/** The first is the one that the address table names. */
export const demoWaitlists: readonly [DemoWaitlist, ...DemoWaitlist[]] = [
  {
    host: luigi,
    slug: 'luigis',
    name: 'Luigi’s Trattoria',
    minutesPerParty: 12,
    guests: [
      { name: 'Olu Adeyemi', partySize: 2, status: 'seated', phone: '+49 30 5550101' },
      { name: 'Pat Murphy', partySize: 5, status: 'no-show', email: 'pat@banyan.example' },
      { name: 'Sven Larsson', partySize: 2, status: 'cancelled', email: 'sven@banyan.example' },
      { name: 'Ann Keller', partySize: 4, status: 'called', email: ann.email, account: ann },
      { name: 'Joe Okafor', partySize: 2, status: 'waiting', email: joe.email, account: joe },
      { name: 'Priya Raman', partySize: 3, status: 'waiting', email: 'priya@banyan.example' },
      { name: 'The Rossi family', partySize: 7, status: 'waiting', phone: '+39 06 5550188' },
      { name: 'Zoë Brandt', partySize: 1, status: 'waiting', email: 'zoe@banyan.example' },
    ],
  },
  {
    host: mei,
    slug: 'noodle-bar',
    name: 'Mei’s Noodle Bar',
    minutesPerParty: 5,
    guests: [
      { name: 'Ivan Petrov', partySize: 1, status: 'seated', email: 'ivan@banyan.example' },
      { name: 'Amara Nwosu', partySize: 2, status: 'called', email: 'amara@banyan.example' },
      { name: 'Lee & friends', partySize: 6, status: 'waiting', phone: '+44 20 5550123' },
      { name: 'Carmen Díaz', partySize: 2, status: 'waiting', email: 'carmen@banyan.example' },
    ],
  },
];
