import { type Gpu } from './fleet.js';
import { createRandom, type Random } from './random.js';

/** What a GPU is doing. `parked`: a process holds memory and clocks, and computes nothing. */
type Work = 'idle' | 'parked' | 'training' | 'inference';

/** One sampling pass of one GPU, in the units of DCGM: %, %, W, °C, MiB, MiB, %, %, MHz, MHz. */
export interface Reading {
  gpuUtil: number;
  memCopyUtil: number;
  powerUsage: number;
  gpuTemp: number;
  fbUsed: number;
  fbFree: number;
  decUtil: number;
  encUtil: number;
  smClock: number;
  memClock: number;
}

/** Frame buffer of an H100 that a process can have; used and free add up to it. */
const frameBufferMib = 81_007;
const memoryClockMhz = 2_619;

/** A GPU whose values follow from its work and from what they were: busy means power, clocks, heat and memory. */
export class GpuLife {
  private readonly random: Random;
  private readonly coolerCelsius: number;
  private readonly idleWatts: number;
  private work: Work;
  private level = 0;
  private intensity = 0;
  private memoryMib = 0;
  private watts: number;
  private celsius: number;

  constructor(
    private readonly gpu: Gpu,
    number: number,
    seed: number,
  ) {
    this.random = createRandom(seed, number + 1);
    this.coolerCelsius = 22 + 6 * this.random.unit();
    this.idleWatts = 67 + 8 * this.random.unit();
    this.work = this.nextWork();
    this.begin();
    this.watts = this.wattsAt(this.level, 0);
    this.celsius = this.equilibrium();
  }

  /** The next pass. Changes this GPU. */
  step(): Reading {
    if (this.random.unit() < 1 / 400) this.changeWork();
    const busy = this.work === 'training' || this.work === 'inference';
    if (busy) this.liveBusy();
    else this.liveStill();
    this.celsius += (this.equilibrium() - this.celsius) * 0.08;
    return this.reading(busy);
  }

  private changeWork(): void {
    this.work = this.nextWork();
    this.begin();
  }

  private nextWork(): Work {
    if (this.gpu.use === 'idle') return 'idle';
    if (this.gpu.use === 'busy' || this.isHot()) return 'training';
    const draw = this.random.unit();
    return draw < 0.42 ? 'idle' : draw < 0.58 ? 'parked' : draw < 0.82 ? 'training' : 'inference';
  }

  private begin(): void {
    const { random } = this;
    const range = { idle: [4, 4], parked: [2_000, 77_000], training: [24_000, 77_400], inference: [14_000, 60_000] };
    const [from, to] = range[this.work] as [number, number];
    this.memoryMib = from + random.below(to - from + 1);
    this.level = { idle: 0, parked: 0, training: 92 + 8 * random.unit(), inference: 35 + 45 * random.unit() }[
      this.work
    ];
    this.intensity = this.isHot() ? 0.7 : 0.25 + 0.5 * random.unit();
  }

  /** Busy ones jitter around their level; an inference load also drifts, and its cache grows and shrinks at times. */
  private liveBusy(): void {
    const { random } = this;
    if (this.work === 'inference') {
      this.level = within(this.level + random.bell() * 2, 15, 95);
      if (random.unit() < 0.05)
        this.memoryMib = Math.round(within(this.memoryMib + random.bell() * 300, 8_000, 77_400));
    }
    this.watts += (this.wattsAt(this.level, random.bell() * 14) - this.watts) * 0.6;
  }

  /** Idle ones hold still: the power sensor shows another value only now and then. */
  private liveStill(): void {
    const target = this.wattsAt(0, this.random.bell() * 0.25);
    if (Math.abs(this.watts - target) > 5) this.watts += (target - this.watts) * 0.5;
    else if (this.random.unit() < 0.2) this.watts = target;
  }

  private wattsAt(level: number, noise: number): number {
    const atRest = this.work === 'idle' ? this.idleWatts : this.idleWatts + 42;
    return Math.min(699, atRest + level * (2.2 + 3.2 * this.intensity) + noise);
  }

  private equilibrium(): number {
    const celsius = this.coolerCelsius + Math.max(0, this.watts - 60) * (this.isHot() ? 0.13 : 0.055);
    return Math.min(91, celsius);
  }

  private isHot(): boolean {
    return this.gpu.use === 'hot' && this.gpu.index === 0;
  }

  private reading(busy: boolean): Reading {
    const { random } = this;
    const spread = this.work === 'training' ? 1.6 : 5;
    const gpuUtil = busy ? Math.round(within(this.level + random.bell() * spread, 0, 100)) : 0;
    const memCopyUtil = busy ? Math.round(within(gpuUtil * this.intensity + random.bell() * 2, 0, 100)) : 0;
    const decoding = this.work === 'inference' && this.intensity < 0.3;
    const fbUsed = this.memoryMib;
    return {
      gpuUtil,
      memCopyUtil,
      powerUsage: Math.round(this.watts * 1000) / 1000,
      gpuTemp: Math.round(this.celsius),
      fbUsed,
      fbFree: frameBufferMib - fbUsed,
      decUtil: decoding ? random.below(30) : 0,
      encUtil: decoding ? random.below(12) : 0,
      smClock: this.clock(),
      memClock: memoryClockMhz,
    };
  }

  /** 345 MHz at rest; 1980 as soon as a process is there, a step or more less when hot or near the power limit. */
  private clock(): number {
    if (this.work === 'idle') return 345;
    if (this.celsius >= 82) return 1_980 - 15 * Math.round(this.celsius - 78);
    return this.watts > 620 ? 1_965 : 1_980;
  }
}

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
