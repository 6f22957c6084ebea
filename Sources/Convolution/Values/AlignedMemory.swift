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
    base = Self.permanent(count: count)
    self.count = count
  }

  /// Zeroed memory for `count` floats, 64-byte aligned, which nothing frees: for tables of the whole process.
  package static func permanent(count: Int) -> UnsafeMutablePointer<Float> {
    precondition(count >= 0, "a count is not negative")
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    let memory = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    memory.initialize(repeating: 0, count: max(count, 1))
    return memory
  }

  deinit { base.deallocate() }
}
