import { fetchTemporal, temporalDir, temporalOnPath } from '../fetch/temporal';
import { temporalServer } from '../servers/temporal';
import { definePart, toFetch, type PartPlan } from './part';

export async function temporalPart(): Promise<PartPlan> {
  const path = await temporalOnPath();
  return definePart({
    name: 'temporal',
    needs: path ? [] : toFetch(temporalDir, ['go']),
    fetch: async (step) => path ?? (await fetchTemporal(step)),
    start: async (binary, { launch, ...context }) => {
      const { spec, info, metrics } = await temporalServer(binary, context);
      await launch(spec);
      return { temporal: info, metrics: { temporal: metrics } };
    },
    says: ({ temporal }) => `ready at ${temporal.address}, UI at ${temporal.ui}`,
  });
}
