/** The colours that the chart draws with; the style sheet's own have the same names. */
export const colours = {
  background: '#0f1318',
  grid: '#1b222b',
  text: '#8b97a7',
  up: '#2ebd85',
  down: '#f6465d',
  accent: '#5aa2ff',
} as const;
