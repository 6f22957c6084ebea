/// A processor whose channels may be independent of one another, so that each can run on a thread of its own.
package protocol ChannelSeparable: BlockProcessor {
  /// One mono processor per channel. Together they give the same bits. They are as new, and share no mutable state with
  /// this one. nil where an output channel hears any other input channel than its own.
  /// - Throws: What `copy` throws.
  func separateChannels() throws -> [any BlockProcessor]?
}

extension BlockProcessor {
  /// The processors of the single channels; nil where they are not independent, or there is only one.
  package func channels() throws -> [any BlockProcessor]? {
    guard inputChannels > 1, inputChannels == outputChannels else { return nil }
    return try (self as? any ChannelSeparable)?.separateChannels()
  }
}
