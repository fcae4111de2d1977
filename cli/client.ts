import type { AdminClient } from '../operations/admin';

/**
 * All that commands can ask for. Who asks is the client's business, never a flag's: the client in this process acts as
 * the user of the operating system, the one of the admin API as the actor of the token. Everything throws ReelwayError.
 */
export type ReelwayClient = AdminClient;
