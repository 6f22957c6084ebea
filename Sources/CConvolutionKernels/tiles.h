// Lists of tiles (rows M, vectors V) as X-macros: those that registers can hold with room for V inputs and a weight.

#define CCK_ROWS_1_TO_4(X, V) X(1, V) X(2, V) X(3, V) X(4, V)
#define CCK_ROWS_5_TO_8(X, V) X(5, V) X(6, V) X(7, V) X(8, V)
#define CCK_ROWS_9_TO_16(X, V) X(9, V) X(10, V) X(11, V) X(12, V) X(13, V) X(14, V) X(15, V) X(16, V)

// Thirty-two registers: 8 by 3; 4 by 6 where there are few rows; 16 by 1 for the last vector of a run, because
// eight chains would only just hide the latency of a multiply-add.
#define CCK_TILES_OF_32(X)                                                                                    \
  CCK_ROWS_1_TO_4(X, 1) CCK_ROWS_5_TO_8(X, 1) CCK_ROWS_9_TO_16(X, 1)                                           \
  CCK_ROWS_1_TO_4(X, 2) CCK_ROWS_5_TO_8(X, 2)                                                                  \
  CCK_ROWS_1_TO_4(X, 3) CCK_ROWS_5_TO_8(X, 3)                                                                  \
  CCK_ROWS_1_TO_4(X, 4) CCK_ROWS_1_TO_4(X, 5) CCK_ROWS_1_TO_4(X, 6)

// Sixteen registers: 4 by 3; 2 by 5; 8 by 1.
#define CCK_TILES_OF_16(X)                                                                                    \
  CCK_ROWS_1_TO_4(X, 1) CCK_ROWS_5_TO_8(X, 1)                                                                  \
  CCK_ROWS_1_TO_4(X, 2)                                                                                        \
  CCK_ROWS_1_TO_4(X, 3)                                                                                        \
  X(1, 4) X(2, 4) X(1, 5) X(2, 5)
