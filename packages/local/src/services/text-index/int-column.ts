/** A list of 32-bit integers that grows: four bytes a number, where an array takes eight. */
export class IntColumn {
  #values = new Int32Array(16);
  length = 0;

  /** 0 beyond the end. */
  get(index: number): number {
    return index < this.length ? this.#values[index]! : 0;
  }

  /** Grows to `index + 1`. */
  set(index: number, value: number): void {
    if (index >= this.#values.length) this.#grow(index + 1);
    this.#values[index] = value;
    if (index >= this.length) this.length = index + 1;
  }

  push(value: number): void {
    this.set(this.length, value);
  }

  #grow(length: number): void {
    const values = new Int32Array(Math.max(length, this.#values.length * 2));
    values.set(this.#values);
    this.#values = values;
  }
}
