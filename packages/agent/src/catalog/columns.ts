import * as z from 'zod';
import { withoutPassword } from '../kernel/index.ts';

/** Column shapes that the row schemas share; each says what PostgreSQL may hand out. */
export const text: z.ZodString = z.string();
export const flag: z.ZodBoolean = z.boolean();
export const number: z.ZodNumber = z.number();
export const time: z.ZodDate = z.date();
export const textOrNull: z.ZodNullable<z.ZodString> = z.string().nullable();
export const numberOrNull: z.ZodNullable<z.ZodNumber> = z.number().nullable();
export const timeOrNull: z.ZodNullable<z.ZodDate> = z.date().nullable();
export const texts: z.ZodArray<z.ZodString> = z.array(z.string());
export const numbers: z.ZodArray<z.ZodNumber> = z.array(z.number());
/** Text of a statement: what it sets a password to never comes further. */
export const statementText: z.ZodType<string> = z.string().transform(withoutPassword);
export const statementTextOrNull: z.ZodType<string | null> = statementText.nullable();
