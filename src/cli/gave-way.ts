/** Exit code of a proxy in the foreground when another background process took over (EX_TEMPFAIL of sysexits.h). */
export const GAVE_WAY = 75
