/// What a processor assumes about the time before the first frame.
package enum Past: String, Hashable, Sendable, CaseIterable {
  /// Endless silence: every layer starts settled on its response to an input that was always zero, so the
  /// first block has no pop. The convention of `.nam` files.
  case silence
  /// Every layer's own history is zero, as with zero padding in each layer in PyTorch. The first frames hold the step
  /// from zero to the network's resting level.
  case zeroHistory
}
