/** What is mailed to someone who forgot their password. The token is in the fragment, which no server logs. */
export function resetMail(
  publicUrl: string,
  token: string,
): { readonly subject: string; readonly text: string } {
  return {
    subject: 'Set a new password',
    text: [
      'Hello,',
      '',
      'somebody, probably you, asked to set a new password for your waitlist account. To do so, open this link',
      'within an hour:',
      '',
      `${publicUrl}/reset#token=${token}`,
      '',
      'If it was not you, there is nothing to do: your password stays as it is.',
      '',
    ].join('\n'),
  };
}
