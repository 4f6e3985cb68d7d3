import { describe, expect, it } from 'vitest';
import { studentQuantile, studentTail } from './student.ts';

describe("Student's distribution", () => {
  it.each([
    [12.706, 1, 0.025],
    [4.303, 2, 0.025],
    [2.228, 10, 0.025],
    [4.587, 10, 0.0005],
    [1.96, 1e6, 0.025],
    [3.646, 30, 0.0005],
  ])('gives the printed tables: %d with %d degrees', (t, df, tail) => {
    expect(studentTail(t, df)).toBeCloseTo(tail, 4);
    expect(studentQuantile(tail, df)).toBeCloseTo(t, 2);
  });

  it('is symmetric, and takes degrees that are not whole', () => {
    expect(studentTail(-1.3, 3.7)).toBeCloseTo(1 - studentTail(1.3, 3.7), 12);
    expect(studentTail(0, 3.7)).toBe(0.5);
    expect(studentTail(studentQuantile(1e-6, 0.8), 0.8)).toBeCloseTo(1e-6, 10);
  });
});
