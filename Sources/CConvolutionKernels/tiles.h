// How a convolution is cut into tiles of M rows by V vectors, by the number of vector registers (CCK_REGISTERS: 32 or
// 16): a tile's accumulators stay in registers, with room for V inputs and a weight.
//
//   CCK_TILES(X)          the tiles there are, as an X-macro
//   CCK_MOST_ROWS         of a tile of up to CCK_WIDEST vectors
//   CCK_MOST_ROWS_OF_ONE  of a tile of one vector: more, because eight chains would only just hide the latency of a
//                         multiply-add
//   CCK_FEW_ROWS          with so few outputs a tile may have CCK_WIDEST_FEW vectors
//   CCK_TOGETHER          vectors that an activation takes side by side
//   CCK_PEAK_VECTORS      accumulators of the peak measurement

#define CCK_ROWS_1_TO_2(X, V) X(1, V) X(2, V)
#define CCK_ROWS_1_TO_4(X, V) CCK_ROWS_1_TO_2(X, V) X(3, V) X(4, V)
#define CCK_ROWS_1_TO_8(X, V) CCK_ROWS_1_TO_4(X, V) X(5, V) X(6, V) X(7, V) X(8, V)
#define CCK_ROWS_1_TO_16(X, V)                                                                                \
  CCK_ROWS_1_TO_8(X, V) X(9, V) X(10, V) X(11, V) X(12, V) X(13, V) X(14, V) X(15, V) X(16, V)

#if CCK_REGISTERS == 32
#define CCK_TILES(X)                                                                                          \
  CCK_ROWS_1_TO_16(X, 1) CCK_ROWS_1_TO_8(X, 2) CCK_ROWS_1_TO_8(X, 3)                                           \
  CCK_ROWS_1_TO_4(X, 4) CCK_ROWS_1_TO_4(X, 5) CCK_ROWS_1_TO_4(X, 6)
#define CCK_MOST_ROWS 8
#define CCK_WIDEST 3
#define CCK_MOST_ROWS_OF_ONE 16
#define CCK_FEW_ROWS 4
#define CCK_WIDEST_FEW 6
#define CCK_TOGETHER 4
#define CCK_PEAK_VECTORS 24
#else
#define CCK_TILES(X)                                                                                          \
  CCK_ROWS_1_TO_8(X, 1) CCK_ROWS_1_TO_4(X, 2) CCK_ROWS_1_TO_4(X, 3)                                            \
  CCK_ROWS_1_TO_2(X, 4) CCK_ROWS_1_TO_2(X, 5)
#define CCK_MOST_ROWS 4
#define CCK_WIDEST 3
#define CCK_MOST_ROWS_OF_ONE 8
#define CCK_FEW_ROWS 2
#define CCK_WIDEST_FEW 5
#define CCK_TOGETHER 2
#define CCK_PEAK_VECTORS 12
#endif
