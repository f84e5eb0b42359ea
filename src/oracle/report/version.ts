/** The version of this library, as package.json has it (a test compares): reports and vectors say who made them. */
export const VERSION = '0.1.0';
