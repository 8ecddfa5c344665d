/** The client went away before its request was whole: nobody is left to answer, and nothing went wrong here. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}
