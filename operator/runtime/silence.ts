import type { Clock } from '../clock.ts';

/**
 * Strikes once when nothing is heard for `limitMs`. Hearing something only notes the time: the timer is moved when it
 * fires, not at each of thousands of events.
 */
export function createSilenceTimer(clock: Clock, limitMs: number, onSilence: () => void) {
  let heardAtMs = clock.now();
  let struck = false;
  let cancel = clock.after(limitMs, check);

  function check(): void {
    const remainingMs = heardAtMs + limitMs - clock.now();
    if (remainingMs > 0) {
      cancel = clock.after(remainingMs, check);
      return;
    }
    struck = true;
    onSilence();
  }

  return {
    heard(): void {
      heardAtMs = clock.now();
    },
    struck: () => struck,
    stop: () => cancel(),
  };
}
