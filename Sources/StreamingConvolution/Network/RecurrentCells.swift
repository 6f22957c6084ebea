import CConvolutionKernels

/// The recurrent cells of a running network with their state.
///
/// Unsafe because the kernel wants pointers. Safe because all of them point into memory that this object owns, each
/// piece as long as `LSTMCell` says, and because a cell's input and output are moved by the runner to rows that hold a
/// sub-block.
final class RecurrentCells {
  /// One cell with its current and initial state.
  private struct Running {
    var kernel: cck_lstm
    let settlingFrames: Int
    /// h, then c.
    let state: UnsafeMutablePointer<Float>
    let initial: UnsafeMutablePointer<Float>
    let settled: UnsafeMutablePointer<Float>
    var stateFloats: Int { 2 * kernel.units }
  }

  private let cells: UnsafeMutableBufferPointer<Running>
  private let kernels: UnsafePointer<cck_kernels>
  private var owned: [UnsafeMutablePointer<Float>] = []

  init(_ descriptions: [LSTMCell], kernels: UnsafePointer<cck_kernels>) {
    self.kernels = kernels
    cells = .allocate(capacity: descriptions.count)
    for (index, cell) in descriptions.enumerated() {
      let units = cell.paddedChannels
      let padding = [Float](repeating: 0, count: units - cell.hiddenChannels)
      let start = cell.initialHidden + padding + cell.initialCell + padding
      var kernel = cck_lstm()
      kernel.inputs = cell.inputChannels
      kernel.outputs = cell.hiddenChannels
      kernel.units = units
      kernel.weights = UnsafePointer(floats(cell.packedWeights))
      kernel.bias = UnsafePointer(floats(cell.packedBias))
      kernel.next = floats([Float](repeating: 0, count: units))
      let state = floats(start)
      kernel.hidden = state
      kernel.cell = state + units
      (cells.baseAddress! + index).initialize(
        to: Running(
          kernel: kernel, settlingFrames: cell.settlingFrames, state: state, initial: floats(start),
          settled: floats(start)))
    }
  }

  deinit {
    for pointer in owned { pointer.deallocate() }
    cells.deallocate()
  }

  private func floats(_ values: [Float]) -> UnsafeMutablePointer<Float> {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: values.count * MemoryLayout<Float>.stride, alignment: 64)
    let pointer = raw.bindMemory(to: Float.self, capacity: values.count)
    pointer.initialize(from: values, count: values.count)
    owned.append(pointer)
    return pointer
  }

  /// Runs cell `index` over `frames` frames.
  func run(
    _ index: Int, _ x: UnsafePointer<Float>, stride xStride: Int, into y: UnsafeMutablePointer<Float>,
    stride yStride: Int, frames: Int
  ) {
    cells[index].kernel.x = x
    cells[index].kernel.x_stride = xStride
    cells[index].kernel.y = y
    cells[index].kernel.y_stride = yStride
    cells[index].kernel.frames = frames
    kernels.pointee.lstm(&cells[index].kernel)
  }

  /// Runs cell `index` from its initial state over the constant input at `x` until it comes to rest or its time is up,
  /// and leaves its last output in `y`.
  func settle(
    _ index: Int, _ x: UnsafePointer<Float>, stride xStride: Int, into y: UnsafeMutablePointer<Float>,
    stride yStride: Int
  ) {
    let cell = cells[index]
    cell.state.update(from: cell.initial, count: cell.stateFloats)
    for frame in 0..<cell.settlingFrames {
      // Once a frame leaves the state unchanged, all further ones do. Checked only now and then, because checking
      // costs.
      let isLooking = frame % 64 == 63
      if isLooking { cell.settled.update(from: cell.state, count: cell.stateFloats) }
      run(index, x, stride: xStride, into: y, stride: yStride, frames: 1)
      if isLooking, isSame(cell.settled, cell.state, count: cell.stateFloats) { break }
    }
    for unit in 0..<cell.kernel.outputs { y[unit * yStride] = cell.state[unit] }
    cell.settled.update(from: cell.state, count: cell.stateFloats)
  }

  /// Makes the current initial state the one that `reset` restores.
  func forgetSettledState() {
    for cell in cells { cell.settled.update(from: cell.initial, count: cell.stateFloats) }
  }

  /// Makes every cell as new.
  func reset() {
    for index in cells.indices {
      cells[index].state.update(from: cells[index].settled, count: cells[index].stateFloats)
    }
  }

  private func isSame(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Bool {
    (0..<count).allSatisfy { a[$0].bitPattern == b[$0].bitPattern }
  }
}
