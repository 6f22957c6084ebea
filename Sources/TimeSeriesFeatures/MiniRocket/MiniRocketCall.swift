import CConvolutionKernels

/// One dilation over one series, in the form that the C loops take.
struct MiniRocketCall {
  var padded: FeatureScratch.Padded
  var channels: Int
  var dilation: Int
  /// Points by which the four left taps read too late: 1 for MultiRocket with `compatibility: .aeon`.
  var leftTapsShift = 0
  /// Empty: every kernel reads channel 0 only.
  var channelCounts: [Int32] = []
  var channelList: [Int32] = []
  /// The points pooled by kernels of even and of odd index; nil: all points.
  var pooled: (even: Range<Int>, odd: Range<Int>)?
  var memory: UnsafeMutablePointer<Float>

  /// Calls `body` without biases.
  func withKernelCall(_ body: (UnsafePointer<cck_minirocket>) -> Void) {
    withKernelCall(biases: [], biasesPerKernel: 0, body)
  }

  func withKernelCall(
    biases: ArraySlice<Float>, biasesPerKernel: Int, _ body: (UnsafePointer<cck_minirocket>) -> Void
  ) {
    var call = cck_minirocket()
    call.x = UnsafePointer(padded.base)
    call.x_pitch = padded.pitch
    call.channels = channels
    call.length = padded.length
    func offset(_ tap: Int) -> Int {
      FeatureScratch.offset((tap - 4) * dilation + (tap < 4 ? leftTapsShift : 0), length: padded.length)
    }
    call.offsets = (
      offset(0), offset(1), offset(2), offset(3), 0, offset(5), offset(6), offset(7), offset(8)
    )
    let whole = 0..<padded.length
    let (even, odd) = pooled ?? (whole, whole)
    call.first = (even.lowerBound, odd.lowerBound)
    call.end = (even.upperBound, odd.upperBound)
    call.biases_per_kernel = biasesPerKernel
    call.scratch = memory
    channelCounts.withUnsafeBufferPointer { counts in
      channelList.withUnsafeBufferPointer { list in
        biases.withUnsafeBufferPointer { biases in
          if !counts.isEmpty {
            call.channel_counts = counts.baseAddress
            call.channel_list = list.baseAddress
          }
          call.biases = biases.baseAddress
          withUnsafePointer(to: &call) { body($0) }
        }
      }
    }
  }
}
