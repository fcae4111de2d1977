import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** One timer for the run: armed for the next deadline, and left alone while that stays the same, since each new one costs history. */
export class Alarm {
  private armedFor: number | null = null;
  private scope: CancellationScope | null = null;

  constructor(private readonly ring: () => void) {}

  /** Sets it to ms since 1970 (null: none). Also before the run ends or continues as new. */
  arm(deadline: number | null, summary: string): void {
    if (deadline === this.armedFor) return;
    this.scope?.cancel();
    this.scope = null;
    this.armedFor = deadline;
    if (deadline !== null) this.start(deadline, summary);
  }

  private start(deadline: number, summary: string): void {
    const scope = new CancellationScope({ cancellable: true });
    this.scope = scope;
    scope
      .run(() => sleep(Math.max(1, deadline - Date.now()), { summary }))
      .then(
        () => {
          if (this.scope !== scope) return;
          this.scope = null;
          this.armedFor = null;
          this.ring();
        },
        (error: unknown) => {
          if (!isCancellation(error)) throw error;
        },
      );
  }
}
