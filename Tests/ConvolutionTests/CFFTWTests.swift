import CFFTW
import Convolution
import TestSupport
import Testing

@Suite("FFTW links", .serialized)
struct CFFTWTests {
  @Test("a real transform of 16 points there and back gives the signal times 16")
  func roundTrip() {
    let signal = Signals.noise(frames: 16)
    let time = UnsafeMutablePointer<Float>.allocate(capacity: 16)
    let spectrum = UnsafeMutablePointer<fftwf_complex>.allocate(capacity: 9)
    defer {
      time.deallocate()
      spectrum.deallocate()
    }
    nonisolated(unsafe) let (a, b) = (time, spectrum)
    nonisolated(unsafe) var forward: fftwf_plan?
    nonisolated(unsafe) var inverse: fftwf_plan?
    FourierPlanner.withLock {
      forward = fftwf_plan_dft_r2c_1d(16, a, b, UInt32(FFTW_ESTIMATE))
      inverse = fftwf_plan_dft_c2r_1d(16, b, a, UInt32(FFTW_ESTIMATE))
    }
    defer {
      FourierPlanner.withLock {
        fftwf_destroy_plan(forward)
        fftwf_destroy_plan(inverse)
      }
    }
    time.initialize(from: signal, count: 16)
    fftwf_execute(forward)
    let sum = signal.reduce(0, +)
    #expect(abs(spectrum[0].0 - sum) < 1e-5, "bin 0 is the sum")
    fftwf_execute(inverse)
    for i in 0..<16 { #expect(abs(time[i] / 16 - signal[i]) < 13 * 4 * 0x1p-24) }
  }
}
