/** The files that the configuration names for OpenBao, as they are now. */
import type { OpenBaoConfig } from './config.ts';
import { type AllowList, readAllowList } from './openbao/allow-list.ts';
import { type FollowOptions, followFiles } from './service/follow-files.ts';
import { explained, fileProblem } from './service/start-error.ts';

export interface OpenBaoFiles {
  readonly allowList: () => AllowList;
  /** PEM; null for the system's. */
  readonly ca: () => string | null;
  stop(): void;
}

/**
 * Each by itself: a CA that can't be used must not keep a row in force that was struck off. Rejects with a StartError when one
 * of them can't be read or used.
 */
export async function followOpenBaoFiles({ allowFile, caFile, tokenFile }: OpenBaoConfig, follow: FollowOptions): Promise<OpenBaoFiles> {
  let list: AllowList = { allows: () => false };
  let ca: string | null = null;
  const stops: (() => void)[] = [];

  async function start(variable: string, file: string, apply: (content: string) => void): Promise<void> {
    const following = followFiles([file], ([content = '']) => apply(content), follow);
    stops.push(await explained(following, (error) => fileProblem(variable, error)));
  }
  function stop(): void {
    for (const each of stops.splice(0)) each();
  }

  try {
    // Looked at once, so that a mount that was forgotten is told at the start; it is read again for every login.
    await start('OPENBAO_TOKEN_FILE', tokenFile, () => {});
    stop();
    await start('OPENBAO_ALLOW_FILE', allowFile, (rows) => {
      list = readAllowList(rows);
    });
    if (caFile !== null) {
      await start('OPENBAO_CA_FILE', caFile, (bundle) => {
        ca = usableCa(bundle);
      });
    }
  } catch (error) {
    stop();
    throw error;
  }
  return { allowList: () => list, ca: () => ca, stop };
}

function usableCa(bundle: string): string {
  if (!bundle.includes('-----BEGIN CERTIFICATE-----')) throw new RangeError('there is no PEM certificate in it');
  return bundle;
}
