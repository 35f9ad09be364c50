/** What a script needs from this machine's environment. None of the person's AWS_* or SM_* variables is among it. */
const SCRIPT_VARIABLES =
  /^(PATH|HOME|USER|LANG|LC_ALL|LC_CTYPE|TZ|TMPDIR|(https?|no)_proxy|(HTTPS?|NO)_PROXY|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|LD_LIBRARY_PATH|CUDA_VISIBLE_DEVICES)$/;

/** pip reads its configuration from these as well, but for where it installs: into the Python that runs it. */
const INSTALL_VARIABLES = /^(PIP_(?!(TARGET|PREFIX|ROOT|USER)$)|XDG_)/;

/** The variables that a script, or pip, gets from this machine. */
export function hostVariables(use: 'script' | 'install'): Record<string, string> & { PATH: string } {
  const taken = Object.entries(process.env).filter(
    ([name]) => SCRIPT_VARIABLES.test(name) || (use === 'install' && INSTALL_VARIABLES.test(name)),
  ) as [string, string][];
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(taken) };
}
