/** How often a property is tried: modest by default, `FC_RUNS=20` tries twenty times as often. */
export const runs = (modest: number): { readonly numRuns: number } => ({
  numRuns: Math.ceil(modest * Number(process.env['FC_RUNS'] ?? '1')),
})
