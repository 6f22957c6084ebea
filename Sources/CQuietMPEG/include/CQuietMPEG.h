#pragma once

/// Makes libmpg123 print nothing, in this process. Does nothing itself; a call keeps the linker from dropping the
/// function below.
void convaudio_quiet_mpeg(void);
