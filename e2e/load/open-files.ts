interface Report {
  readonly userLimits: { readonly open_files: { readonly soft: number | 'unlimited' } };
}

/** How many files, sockets among them, a process may have open here. (Node raises the soft limit to the hard one.) */
export function openFilesAllowed(): number {
  // Without this the report looks up a name for each open socket.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as unknown as Report;
  const { soft } = userLimits.open_files;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft;
}
