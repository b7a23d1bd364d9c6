/**
 * Functions of float8: powers, logarithms, trigonometry, rounding. Degrees variants answer exactly at the multiples of 30 and
 * 45 where people look, as PostgreSQL's do, by scaling with the library's own value at 30, 45 and 60 degrees.
 */
import { SqlError } from '../../common/sql-error.ts';
import type { SqlState } from '../../common/sql-error.ts';
import type { FunctionEntry, ScalarImplementation } from '../function.ts';
import { scalar } from '../define.ts';
import { floatOverflow, floatUnderflow, roundHalfEven } from '../inline-runtime.ts';
import { inlineRuntime } from '../inline-runtime.ts';

type Unary = (value: number) => number;

function unary(names: string, compute: Unary, inline?: ScalarImplementation['inline']): FunctionEntry[] {
  return names.split(', ').map((item) => {
    const [name, oid] = item.split(' ') as [string, string];
    return scalar(Number(oid), `${name}(float8) float8`, (args) => compute(args[0] as number), { inline });
  });
}

function binary(names: string, compute: (left: number, right: number) => number): FunctionEntry[] {
  return names.split(', ').map((item) => {
    const [name, oid] = item.split(' ') as [string, string];
    return scalar(Number(oid), `${name}(float8, float8) float8`, (args) =>
      compute(args[0] as number, args[1] as number),
    );
  });
}

function error(state: SqlState, message: string): SqlError {
  return new SqlError(state, message);
}

/** For functions that must not make an infinity out of a finite argument. */
function checkOverflow(result: number, argument: number): number {
  if ((result === Infinity || result === -Infinity) && isFinite(argument)) throw floatOverflow();
  return result;
}

function exp(value: number): number {
  const result = checkOverflow(Math.exp(value), value);
  if (result === 0 && value !== -Infinity) throw floatUnderflow();
  return result;
}

function checkLogarithm(value: number): void {
  if (value === 0) throw error('2201E', 'cannot take logarithm of zero');
  if (value < 0) throw error('2201E', 'cannot take logarithm of a negative number');
}

function ln(value: number): number {
  checkLogarithm(value);
  return Math.log(value);
}

function log10(value: number): number {
  checkLogarithm(value);
  return Math.log10(value);
}

function sqrt(value: number): number {
  if (value < 0) throw error('2201F', 'cannot take square root of a negative number');
  return Math.sqrt(value);
}

function power(base: number, exponent: number): number {
  if (base === 1 || exponent === 0) return 1;
  if (base !== base || exponent !== exponent) return NaN;
  if (base === 0 && exponent < 0) throw error('2201F', 'zero raised to a negative power is undefined');
  if (base < 0 && isFinite(base) && isFinite(exponent) && !Number.isInteger(exponent)) {
    throw error('2201F', 'a negative number raised to a non-integer power yields a complex result');
  }
  // JavaScript says NaN where C says 1.
  if (base === -1 && !isFinite(exponent)) return 1;
  const result = base ** exponent;
  if (isFinite(base) && isFinite(exponent)) {
    if (!isFinite(result)) throw floatOverflow();
    if (result === 0 && base !== 0) throw floatUnderflow();
  }
  return result;
}

/** Functions whose argument must be in a range; NaN passes through. */
function bounded(compute: Unary, accepts: (value: number) => boolean): Unary {
  return (value) => {
    if (value !== value) return NaN;
    if (!accepts(value)) throw error('22003', 'input is out of range');
    return compute(value);
  };
}

const finite = (value: number): boolean => isFinite(value);
const withinOne = (value: number): boolean => value >= -1 && value <= 1;

const radiansPerDegree = Math.PI / 180;

/** The library's own sines and cosines at exact angles: dividing by them makes the degree functions exact there. */
const sin30 = Math.sin(30 * radiansPerDegree);
const oneMinusCos60 = 1 - Math.cos(60 * radiansPerDegree);
const asinHalf = Math.asin(0.5);
const acosHalf = Math.acos(0.5);
const atanOne = Math.atan(1);

/** sin for 0 to 30 degrees, exact at both ends. */
function sinBelow30(degrees: number): number {
  return Math.sin(degrees * radiansPerDegree) / sin30 / 2;
}

/** cos for 0 to 60 degrees, exact at both ends. */
function cosBelow60(degrees: number): number {
  return 1 - (1 - Math.cos(degrees * radiansPerDegree)) / oneMinusCos60 / 2;
}

function sinFirstQuadrant(degrees: number): number {
  return degrees <= 30 ? sinBelow30(degrees) : cosBelow60(90 - degrees);
}

function cosFirstQuadrant(degrees: number): number {
  return degrees <= 60 ? cosBelow60(degrees) : sinBelow30(90 - degrees);
}

function sinDegrees(value: number): number {
  let angle = value % 360;
  let sign = 1;
  if (angle < 0) [angle, sign] = [-angle, -1];
  if (angle > 180) [angle, sign] = [360 - angle, -sign];
  if (angle > 90) angle = 180 - angle;
  return sign * sinFirstQuadrant(angle);
}

function cosDegrees(value: number): number {
  let angle = Math.abs(value % 360);
  let sign = 1;
  if (angle > 180) angle = 360 - angle;
  if (angle > 90) [angle, sign] = [180 - angle, -1];
  return sign * cosFirstQuadrant(angle);
}

const tan45 = sinFirstQuadrant(45) / cosFirstQuadrant(45);
const cot45 = cosFirstQuadrant(45) / sinFirstQuadrant(45);

/** Brings an angle to the first quadrant of a function of period 180 degrees, with its sign. */
function foldTangent(value: number): { angle: number; sign: number } {
  let angle = value % 360;
  let sign = 1;
  if (angle < 0) [angle, sign] = [-angle, -1];
  if (angle > 180) [angle, sign] = [360 - angle, -sign];
  if (angle > 90) [angle, sign] = [180 - angle, -sign];
  return { angle, sign };
}

/** Zero results are positive, as PostgreSQL's are on all platforms. */
function tanDegrees(value: number): number {
  const { angle, sign } = foldTangent(value);
  return (sign * (sinFirstQuadrant(angle) / cosFirstQuadrant(angle))) / tan45 + 0;
}

function cotDegrees(value: number): number {
  const { angle, sign } = foldTangent(value);
  return (sign * (cosFirstQuadrant(angle) / sinFirstQuadrant(angle))) / cot45 + 0;
}

function asinFirstQuadrant(value: number): number {
  return value <= 0.5 ? (Math.asin(value) / asinHalf) * 30 : 90 - (Math.acos(value) / acosHalf) * 60;
}

function acosFirstQuadrant(value: number): number {
  return value <= 0.5 ? 90 - (Math.asin(value) / asinHalf) * 30 : (Math.acos(value) / acosHalf) * 60;
}

function asinDegrees(value: number): number {
  return value >= 0 ? asinFirstQuadrant(value) : -asinFirstQuadrant(-value);
}

function acosDegrees(value: number): number {
  return value >= 0 ? acosFirstQuadrant(value) : 90 + asinFirstQuadrant(-value);
}

/** sinh and cosh overflow to infinity without an error. */
const trigonometry: readonly FunctionEntry[] = [
  ...unary('sin 1604', bounded(Math.sin, finite)),
  ...unary('cos 1605', bounded(Math.cos, finite)),
  ...unary('tan 1606', bounded(Math.tan, finite)),
  ...unary(
    'cot 1607',
    bounded((value) => 1 / Math.tan(value), finite),
  ),
  ...unary('asin 1600', bounded(Math.asin, withinOne)),
  ...unary('acos 1601', bounded(Math.acos, withinOne)),
  ...unary('atan 1602', Math.atan),
  ...binary('atan2 1603', Math.atan2),
  ...unary('sinh 2462', Math.sinh),
  ...unary('cosh 2463', Math.cosh),
  ...unary('tanh 2464', Math.tanh),
  ...unary('asinh 2465', Math.asinh),
  ...unary(
    'acosh 2466',
    bounded(Math.acosh, (value) => value >= 1),
  ),
  ...unary('atanh 2467', bounded(Math.atanh, withinOne)),
  ...unary('sind 2735', bounded(sinDegrees, finite)),
  ...unary('cosd 2736', bounded(cosDegrees, finite)),
  ...unary('tand 2737', bounded(tanDegrees, finite)),
  ...unary('cotd 2738', bounded(cotDegrees, finite)),
  ...unary('asind 2731', bounded(asinDegrees, withinOne)),
  ...unary('acosd 2732', bounded(acosDegrees, withinOne)),
  ...unary('atand 2733', (value) => (Math.atan(value) / atanOne) * 45),
  ...binary('atan2d 2734', (y, x) => (Math.atan2(y, x) / atanOne) * 45),
  ...unary('degrees 1608', (value) => checkOverflow(value / radiansPerDegree, value)),
  ...unary('radians 1609', (value) => value * radiansPerDegree),
];

function widthBucket(operand: number, low: number, high: number, count: number): number {
  if (count <= 0) throw error('2201G', 'count must be greater than zero');
  if (operand !== operand || low !== low || high !== high) {
    throw error('2201G', 'operand, lower bound, and upper bound cannot be NaN');
  }
  if (!isFinite(low) || !isFinite(high)) throw error('2201G', 'lower and upper bounds must be finite');
  if (low === high) throw error('2201G', 'lower bound cannot equal upper bound');
  const ascending = low < high;
  if (ascending ? operand < low : operand > low) return 0;
  if (ascending ? operand >= high : operand <= high) return inlineRuntime.int4(count + 1);
  const bucket = Math.floor((count * (operand - low)) / (high - low));
  return Math.min(bucket, count - 1) + 1;
}

export const floatMathFunctions: readonly FunctionEntry[] = [
  ...unary('ceil 2308, ceiling 2320', Math.ceil, ([a]) => `Math.ceil(${a})`),
  ...unary('floor 2309', Math.floor, ([a]) => `Math.floor(${a})`),
  ...unary('round 1342, dround 228', roundHalfEven),
  ...unary('trunc 1343, dtrunc 229', Math.trunc, ([a]) => `Math.trunc(${a})`),
  ...unary('sign 2310', (value) => (value > 0 ? 1 : value < 0 ? -1 : 0)),
  ...unary('sqrt 1344, dsqrt 230', sqrt),
  ...unary('cbrt 1345, dcbrt 231', Math.cbrt),
  ...unary('exp 1347, dexp 233', exp),
  ...unary('ln 1341, dlog1 234', ln),
  ...unary('log 1340, log10 1194, dlog10 1339', log10),
  ...binary('power 1368, pow 1346, dpow 232', power),
  ...trigonometry,
  scalar(1610, 'pi() float8', () => Math.PI, { inline: () => 'Math.PI' }),
  scalar(320, 'width_bucket(float8, float8, float8, int4) int4', (args) =>
    widthBucket(args[0] as number, args[1] as number, args[2] as number, args[3] as number),
  ),
  scalar(1598, 'random() float8 volatile', (_args, context) => context.random()),
  scalar(1599, 'setseed(float8) void volatile', (args, context) => {
    const seed = args[0] as number;
    if (!(seed >= -1 && seed <= 1)) {
      throw error('22023', `setseed parameter ${seed} is out of allowed range [-1,1]`);
    }
    context.setSeed(seed);
    return '';
  }),
];
