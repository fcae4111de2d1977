import { readFileSync } from 'node:fs';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { ReelwayError } from '../../contracts/model/errors';
import type { Config } from '../../contracts/schema/config';
import { messageOf } from '../errors';

export type KafkaSecurity = Partial<Pick<Config['kafka'], 'tls' | 'sasl'>>;

/** Encryption and login as kafkajs wants them. Files are read once; one that cannot be is CONFIG_INVALID, all told. */
export function securityOptions({ tls, sasl }: KafkaSecurity): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return { ...(tls ? { ssl: tlsOptions(tls) } : {}), ...(sasl ? { sasl: sasl as SASLOptions } : {}) };
}

function tlsOptions({ caFile, certFile, keyFile }: NonNullable<KafkaSecurity['tls']>) {
  const problems: string[] = [];
  const read = (variable: string, file: string | null): string | undefined => {
    try {
      return file === null ? undefined : readFileSync(file, 'utf8');
    } catch (error) {
      problems.push(`${variable}: ${messageOf(error)}`);
      return undefined;
    }
  };
  const ca = read('REELWAY_KAFKA_TLS_CA_FILE', caFile);
  const cert = read('REELWAY_KAFKA_TLS_CERT_FILE', certFile);
  const key = read('REELWAY_KAFKA_TLS_KEY_FILE', keyFile);
  if (problems.length > 0) throw new ReelwayError('CONFIG_INVALID', problems.join('; '));
  // Without a host name to check, any certificate of a trusted authority would do: that is never switched off.
  return { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }), ...(cert && key ? { cert, key } : {}) };
}
