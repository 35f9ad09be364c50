import type { WatchState } from './watch-state';

/** A metric's value: four significant digits. */
export function metricText(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A time for a person: `0:05`, `12:34`, `1:02:03`. */
export function clockText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** The status, and the secondary one where it says more: `InProgress · Downloading`, `Completed`. */
export function statusText({ job }: WatchState): string {
  const { TrainingJobStatus: status = 'unknown', SecondaryStatus: secondary } = job;
  return secondary === undefined || secondary === status ? status : `${status} · ${secondary}`;
}
