/** The session's IoContext: what text input and output depend on, made anew when a setting has changed. */
import type { IoContext, RegNames } from '../types/type-handler.ts';
import { splitDateStyle } from './settings/setting-checks.ts';
import { SessionRegNames } from './reg-names.ts';
import type { Session } from './session.ts';

export class SessionIo implements IoContext {
  timeZone = 'UTC';
  dateStyle: IoContext['dateStyle'] = 'ISO';
  dateOrder: IoContext['dateOrder'] = 'MDY';
  intervalStyle: IoContext['intervalStyle'] = 'postgres';
  extraFloatDigits = 1;
  byteaOutput: IoContext['byteaOutput'] = 'hex';
  transactionStart = 0;
  readonly names: RegNames;
  readonly #session: Session;
  #version = -1;

  constructor(session: Session) {
    this.#session = session;
    this.names = new SessionRegNames(session);
  }

  /** Follows the settings; called before every statement. */
  refresh(): void {
    const { settings } = this.#session;
    if (this.#version === settings.version) return;
    this.#version = settings.version;
    const { style, order } = splitDateStyle(settings.text('datestyle'));
    this.dateStyle = style;
    this.dateOrder = order;
    this.timeZone = settings.text('timezone');
    this.intervalStyle = settings.text('intervalstyle') as IoContext['intervalStyle'];
    this.extraFloatDigits = settings.number('extra_float_digits');
    this.byteaOutput = settings.text('bytea_output') as IoContext['byteaOutput'];
  }
}
