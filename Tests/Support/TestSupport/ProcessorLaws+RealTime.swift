import CTestSupport
import StreamingConvolution

extension ProcessorLaws {
  /// Whether allocations can be counted here: not outside Linux, nor under sanitizers. Where it is false,
  /// `checkAllocationFree` fails, so that nobody mistakes silence for proof; leave a test out with `.enabled(if:)`.
  public static var canCountAllocations: Bool { cts_counting_works() == 1 }

  /// Whether this machine lets a child enter strict seccomp, and a filter: some containers know or allow one only.
  public static var canForbidSystemCalls: Bool {
    cts_run_under_strict_seccomp({ _ in }, nil) == 0 && cts_run_without_system_calls({ _ in }, nil) == 0
  }

  /// `process` and `reset` neither allocate nor free: 0 over `blocks` blocks of many sizes, with a `reset` after
  /// every 1000.
  ///
  /// What is counted is the calling thread's. In debug builds Swift code of the processor itself may allocate
  /// where optimised code does not.
  public static func checkAllocationFree(blocks: Int = 10_000, _ make: Maker) throws -> [String] {
    guard canCountAllocations else { return ["allocations cannot be counted here"] }
    let driver = Driver(try make(), blocks: blocks)
    driver.run(Driver.warmUpBlocks)
    cts_counts_begin()
    driver.run(blocks)
    let counts = cts_counts_end()
    var failures: [String] = []
    if counts.allocations > 0 { failures.append("\(counts.allocations) allocations in \(blocks) blocks") }
    if counts.frees > 0 { failures.append("\(counts.frees) frees in \(blocks) blocks") }
    if counts.objects > 0 { failures.append("\(counts.objects) Swift objects made in \(blocks) blocks") }
    return failures
  }

  /// `process` and `reset` make no system call: a child runs `blocks` blocks under strict seccomp, another one with
  /// read and write forbidden as well.
  public static func checkSystemCallFree(blocks: Int = 10_000, _ make: Maker) throws -> [String] {
    let driver = Driver(try make(), blocks: blocks)
    driver.run(Driver.warmUpBlocks)
    let context = Unmanaged.passUnretained(driver).toOpaque()
    let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
      let driver = Unmanaged<Driver>.fromOpaque(context!).takeUnretainedValue()
      driver.run(driver.blocks)
    }
    let signals = withExtendedLifetime(driver) {
      [
        ("strict seccomp", cts_run_under_strict_seccomp(body, context)),
        ("a filter that allows only exit", cts_run_without_system_calls(body, context)),
      ]
    }
    return signals.compactMap { guardName, signal in
      if signal == 0 { return nil }
      if signal == CTS_UNAVAILABLE { return "\(guardName) is not available here" }
      return "the child under \(guardName) was ended by signal \(signal)"
    }
  }

  /// Everything that a run needs, made beforehand: `run` itself only calls the processor.
  private final class Driver {
    static let warmUpBlocks = 32
    let blocks: Int
    private let processor: any BlockProcessor
    private let source: PlanarBuffer
    private let target: PlanarBuffer
    private let input: InputChannels
    private let output: OutputChannels
    private let sizes: UnsafeMutablePointer<Int>
    private let sizeCount = 1009

    init(_ processor: any BlockProcessor, blocks: Int) {
      self.processor = processor
      self.blocks = blocks
      let maximum = processor.maximumBlockFrames
      let grain = processor.grainFrames
      source = PlanarBuffer(
        Signals.noise(channels: processor.inputChannels, frames: maximum, seed: 5))
      target = PlanarBuffer(
        channels: processor.outputChannels, frames: processor.maximumOutputFrames)
      input = source.input
      output = target.output
      // Mostly small blocks, as many whole ones as take about as long in all, and empty ones.
      sizes = .allocate(capacity: sizeCount)
      var random = SplitMix64(seed: 6)
      for index in 0..<sizeCount {
        let wanted = index % 100 == 7 ? maximum : random.nextInteger(upTo: min(64, maximum))
        let rounded = (wanted + grain - 1) / grain * grain
        (sizes + index).initialize(to: min(rounded, maximum / grain * grain))
      }
    }

    deinit { sizes.deallocate() }

    func run(_ blocks: Int) {
      var block = 0
      while block < blocks {
        _ = processor.process(input, into: output, frames: sizes[block % sizeCount])
        block += 1
        if block % 1000 == 0 { processor.reset() }
      }
    }
  }
}
