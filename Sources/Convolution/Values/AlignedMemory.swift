/// Memory of floats that starts on a cache line and is freed with its owner.
///
/// Safe because the pointer is never used longer than the object lives: every user of it holds the object, too.
package final class AlignedMemory {
  /// The first float; 64-byte aligned.
  package let base: UnsafeMutablePointer<Float>
  /// The number of floats.
  package let count: Int

  /// Zeroed memory for `count` floats.
  package init(count: Int) {
    precondition(count >= 0, "a count is not negative")
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    base.initialize(repeating: 0, count: max(count, 1))
    self.count = count
  }

  deinit { base.deallocate() }
}
