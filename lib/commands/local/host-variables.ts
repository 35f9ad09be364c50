/** What a script needs from this machine's environment. None of the person's AWS_* or SM_* variables is among it. */
const SCRIPT_VARIABLES = [
  ...['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'],
  ...[
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'SSL_CERT_FILE',
    'REQUESTS_CA_BUNDLE',
  ],
  ...['LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES'],
];

/** pip reads its configuration from these as well, */
const INSTALL_PREFIXES = ['PIP_', 'XDG_'];
/** but for where it installs: into the Python that runs it. */
const INSTALL_PLACES = ['PIP_TARGET', 'PIP_PREFIX', 'PIP_ROOT', 'PIP_USER'];

/** The variables that a script, or pip, gets from this machine. */
export function hostVariables(use: 'script' | 'install'): Record<string, string> & { PATH: string } {
  const taken = Object.entries(process.env).filter(
    ([name]) =>
      SCRIPT_VARIABLES.includes(name) ||
      (use === 'install' &&
        !INSTALL_PLACES.includes(name) &&
        INSTALL_PREFIXES.some((prefix) => name.startsWith(prefix))),
  ) as [string, string][];
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(taken) };
}
