#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The tables of sines that libsoxr shares among its resamplers, on processors without AVX.
///
/// Making a resampler creates them or makes them grow. The library locks for growing but not for creating, and for
/// neither if it was built without OpenMP, as on macOS: then several threads get wrong samples (in four of eight runs
/// of the test with threads) or crash (chirlu/soxr, issue 10). So resamplers are made one at a time.
enum SoxrTables {
  /// Runs alone.
  static func whileChanging<Result>(_ body: () -> Result) -> Result {
    pthread_rwlock_wrlock(lock.pointer)
    defer { pthread_rwlock_unlock(lock.pointer) }
    return body()
  }

  /// Runs in parallel with other readers.
  static func whileReading<Result>(_ body: () -> Result) -> Result {
    pthread_rwlock_rdlock(lock.pointer)
    defer { pthread_rwlock_unlock(lock.pointer) }
    return body()
  }

  /// Safe because a lock of the system may be used by all threads, and this one is never freed.
  private struct Lock: @unchecked Sendable {
    let pointer = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)
    init() { pthread_rwlock_init(pointer, nil) }
  }

  private static let lock = Lock()
}
