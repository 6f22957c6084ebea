// How a convolution is cut into tiles of M rows by V vectors, by the number of vector registers (CCK_REGISTERS: 32 or
// 16): a tile's accumulators stay in registers, with room for V inputs and a weight.
//
//   CCK_TILES(X)          the tiles there are, as an X-macro
//   CCK_TALLEST(V)        most rows of a tile of V vectors along the run. One vector takes the most, because eight
//                         chains only just hide the latency of a multiply-add
//   CCK_WIDEST_OF(rows)   most vectors of a tile, by the rows there are
//   CCK_WIDEST            most vectors where rows are many, in grids
//   CCK_FEW_ROWS          with so few outputs, or CCK_FEW_TAPS taps, tiles of a grid may have CCK_WIDEST_FEW vectors
//   CCK_BENDING_TILES(X)  the tiles of one vector, which can apply an activation to their sums before they store them
//   CCK_TOGETHER          vectors that an activation takes side by side
//   CCK_ACROSS_TILES(X)   tiles of vectors across the outputs: B blocks of rows by P neighbouring places;
//                         CCK_ACROSS_APART_TILES: by P places some distance apart
//   CCK_ACROSS_BLOCKS     most blocks of such a tile
//   CCK_ACROSS_MOST(B, is_apart)  most places with B blocks
//   CCK_SLIDE_TILES(X)    tiles of rows that share lines, of at most CCK_SLIDE_ROWS by CCK_SLIDE_WIDEST(M);
//                         CCK_SLIDE_TILES_BY_2: with stride 2, at most CCK_SLIDE_ROWS_BY_2 rows
//   CCK_PEAK_VECTORS      accumulators of the peak measurement
//   CCK_ONE_AT_A_TIME(weights, sums, V)  orders the broadcasts of a tile's weights; CCK_ONE_PLACE_AT_A_TIME, those of
//                         the inputs of a tile across the outputs

#define CCK_ROWS_1_TO_2(X, V) X(1, V) X(2, V)
#define CCK_ROWS_1_TO_4(X, V) CCK_ROWS_1_TO_2(X, V) X(3, V) X(4, V)
#define CCK_ROWS_1_TO_8(X, V) CCK_ROWS_1_TO_4(X, V) X(5, V) X(6, V) X(7, V) X(8, V)
#define CCK_ROWS_1_TO_16(X, V)                                                                                \
  CCK_ROWS_1_TO_8(X, V) X(9, V) X(10, V) X(11, V) X(12, V) X(13, V) X(14, V) X(15, V) X(16, V)

#define CCK_ROWS_1_TO_6(X, V) CCK_ROWS_1_TO_4(X, V) X(5, V) X(6, V)
#define CCK_ROWS_2_TO_3(X, V) X(2, V) X(3, V)

#define CCK_PLACES_1_TO_6(X, B) X(B, 1) X(B, 2) X(B, 3) X(B, 4) X(B, 5) X(B, 6)
#define CCK_PLACES_1_TO_7(X, B) CCK_PLACES_1_TO_6(X, B) X(B, 7)
#define CCK_PLACES_1_TO_14(X, B)                                                                              \
  CCK_PLACES_1_TO_7(X, B) X(B, 8) X(B, 9) X(B, 10) X(B, 11) X(B, 12) X(B, 13) X(B, 14)

#if CCK_WIDTH == 16
#define CCK_ACROSS_TILES(X) CCK_PLACES_1_TO_14(X, 1) CCK_PLACES_1_TO_14(X, 2) CCK_PLACES_1_TO_6(X, 4)
#define CCK_ACROSS_APART_TILES(X) CCK_PLACES_1_TO_7(X, 1) CCK_PLACES_1_TO_7(X, 2) CCK_PLACES_1_TO_6(X, 4)
#define CCK_ACROSS_BLOCKS 4
#define CCK_ACROSS_MOST(B, is_apart) ((size_t)((B) == 4 ? 6 : (is_apart) ? 7 : 14))
#define CCK_ACROSS_WIDEST 14
#else
#define CCK_ACROSS_TILES(X) CCK_PLACES_1_TO_6(X, 1)
#define CCK_ACROSS_APART_TILES(X) CCK_PLACES_1_TO_6(X, 1)
#define CCK_ACROSS_BLOCKS 1
#define CCK_ACROSS_MOST(B, is_apart) ((size_t)6)
#define CCK_ACROSS_WIDEST 6
#endif

#define CCK_FEW_TAPS 8

#if CCK_REGISTERS == 32
#define CCK_SLIDE_TILES(X) CCK_ROWS_1_TO_6(X, 1) CCK_ROWS_1_TO_6(X, 2) CCK_ROWS_1_TO_6(X, 3) CCK_ROWS_1_TO_6(X, 4)
#define CCK_SLIDE_TILES_BY_2(X)                                                                               \
  CCK_ROWS_2_TO_3(X, 1) CCK_ROWS_2_TO_3(X, 2) CCK_ROWS_2_TO_3(X, 3) CCK_ROWS_2_TO_3(X, 4)
#define CCK_SLIDE_WIDEST(M) ((size_t)4)
#define CCK_TILES(X)                                                                                          \
  CCK_ROWS_1_TO_16(X, 1) CCK_ROWS_1_TO_8(X, 2) CCK_ROWS_1_TO_8(X, 3)                                           \
  CCK_ROWS_1_TO_6(X, 4) CCK_ROWS_1_TO_4(X, 5) CCK_ROWS_1_TO_4(X, 6)
#define CCK_TALLEST(V) ((size_t)((V) == 1 ? 16 : (V) <= 3 ? 8 : (V) == 4 ? 6 : 4))
#define CCK_WIDEST_OF(rows) ((size_t)((rows) <= 4 ? 6 : 4))
#define CCK_BENDING_TILES(X) CCK_ROWS_1_TO_16(X, 1)
#define CCK_WIDEST 3
#define CCK_FEW_ROWS 4
#define CCK_WIDEST_FEW 6
#define CCK_TOGETHER 4
#define CCK_PEAK_VECTORS 24
// Registers are plenty; AVX-512 even broadcasts within the multiply-add. Tiles of four blocks across need nearly all.
#define CCK_ONE_AT_A_TIME(weights, sums, V) (void)0
#define CCK_ONE_PLACE_AT_A_TIME(x, sums, R) if ((R) >= 4) CCK_IN_ORDER(x, sums, R)
#else
#define CCK_SLIDE_TILES(X) CCK_ROWS_1_TO_6(X, 1) CCK_ROWS_1_TO_6(X, 2) CCK_ROWS_1_TO_4(X, 3)
#define CCK_SLIDE_TILES_BY_2(X) CCK_ROWS_2_TO_3(X, 1) CCK_ROWS_2_TO_3(X, 2) CCK_ROWS_2_TO_3(X, 3)
#define CCK_SLIDE_WIDEST(M) ((size_t)((M) > 4 ? 2 : 3))
#define CCK_TILES(X)                                                                                          \
  CCK_ROWS_1_TO_8(X, 1) CCK_ROWS_1_TO_6(X, 2) CCK_ROWS_1_TO_4(X, 3)                                            \
  CCK_ROWS_1_TO_2(X, 4) CCK_ROWS_1_TO_2(X, 5)
#define CCK_TALLEST(V) ((size_t)((V) == 1 ? 8 : (V) == 2 ? 6 : (V) == 3 ? 4 : 2))
#define CCK_WIDEST_OF(rows) ((size_t)((rows) <= 2 ? 5 : 3))
#define CCK_BENDING_TILES(X) CCK_ROWS_1_TO_8(X, 1)
#define CCK_WIDEST 3
#define CCK_FEW_ROWS 2
#define CCK_WIDEST_FEW 5
#define CCK_TOGETHER 3
#define CCK_PEAK_VECTORS 12
// A tile of 4 by 3 fills 12 accumulators, 3 inputs and 1 weight: all 16 registers. The compiler likes to broadcast several
// weights early, and then spills an accumulator and moves others about at every tap, which halves the speed. The empty
// statements make the address of the next weight depend on the sums with this one, so that it waits. They cost no
// instruction.
#define CCK_ONE_AT_A_TIME(weights, sums, V) if ((V) > 1) CCK_IN_ORDER(weights, sums, V)
#define CCK_ONE_PLACE_AT_A_TIME(x, sums, R) (void)0
#endif
#if defined(__x86_64__)
#define CCK_IN_ORDER(pointer, sums, V)                          \
  _Pragma("clang loop unroll(full)") for (int v = 0; v < (V); v++) \
    __asm__ volatile("" : "+r"(pointer), "+v"((sums)[v]))
#else
#define CCK_IN_ORDER(pointer, sums, V) (void)0
#endif
