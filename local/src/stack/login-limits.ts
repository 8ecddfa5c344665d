/** On one machine everybody has one address: what keeps a stranger out in life would keep everybody out here. */
export const loginFailuresPerAddress = 100_000;
