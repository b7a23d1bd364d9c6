import { bootstrap } from './bootstrap/bootstrap.ts';
import { Instance, type InstanceOptions } from './instance.ts';

/** Opens the directory of `options.disk`, recovering it if need be; a new one becomes a cluster. */
export function openInstance(options: InstanceOptions): Promise<Instance> {
  return Instance.open(options, bootstrap);
}
