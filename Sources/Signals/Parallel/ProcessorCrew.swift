import StreamingConvolution

/// A processor with its helpers: copies, and processors for its single channels. They are made when they are first
/// needed, and kept for the next signal.
///
/// - One thread at a time, except for the processors, each of which may be on a thread of its own.
package final class ProcessorCrew {
  /// The processor.
  package let whole: any BlockProcessor
  private var copies: [any BlockProcessor]
  private var singles: [any BlockProcessor]?

  /// A processor, as new, without helpers.
  package init(_ processor: any BlockProcessor) {
    whole = processor
    copies = [processor]
  }

  /// The processor and its copies.
  /// - Throws: What `copy` throws.
  func equals(count: Int) throws -> [any BlockProcessor] {
    while copies.count < count { copies.append(try whole.copy()) }
    return Array(copies.prefix(count))
  }

  /// A processor for every channel, or the whole processor alone where channels are not independent.
  /// - Throws: What `copy` throws.
  func channels() throws -> [any BlockProcessor] {
    if let singles { return singles }
    let made = try whole.channels() ?? [whole]
    singles = made
    return made
  }

  /// Makes all of them as new.
  package func reset() {
    for processor in copies + (singles ?? []) { processor.reset() }
  }
}
