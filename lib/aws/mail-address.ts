import { Token } from 'aws-cdk-lib';

/** What RFC 5322 has before the @, but for quoted strings, which are legal and more often a mistake. */
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** SMTP's own lengths (RFC 5321, 4.5.3.1), and a host with a top-level domain: AWS sends no mail inside a company's network. */
const ADDRESS = new RegExp(
  `^(?=.{1,254}$)(?=[^@]{1,64}@)${ATOM}(?:\\.${ATOM})*@(?:${LABEL}\\.)+(?=[A-Za-z])${LABEL}$`,
);

/**
 * What is wrong with a mail address that AWS is to write to; `path` is its place in the configuration, such as `hosting.notify`.
 * An address that is a token is not looked into.
 */
export function mailAddressProblems(path: string, address: string): string[] {
  return Token.isUnresolved(address) || ADDRESS.test(address)
    ? []
    : [`${path}: '${address}' is not a mail address; write one address, such as name@example.com`];
}
