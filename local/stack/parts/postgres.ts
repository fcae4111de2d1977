import { postgresServer } from '../servers/postgres';
import { postgresBinaries } from '../servers/postgres-binaries';
import { postgresUser } from '../servers/postgres-place';
import { definePart, type PartPlan } from './part';

/** From PATH or from an npm package, so there is nothing to fetch. */
export const postgresPart = (): PartPlan =>
  definePart({
    name: 'postgres',
    needs: [],
    fetch: async () => {
      const user = await postgresUser();
      return { user, binaries: await postgresBinaries(user) };
    },
    start: async ({ user, binaries }, { dir, ports, launch }) => {
      const { spec, url } = await postgresServer(binaries, user, dir, ports);
      await launch(spec);
      return { postgres: { url } };
    },
    says: ({ postgres }) => `ready at ${postgres.url}`,
  });
