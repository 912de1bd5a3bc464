use pyrite_core::{*, tensor::Argument};
#[test]
fn perf() {
    let gpu = pyrite_gpu::backend().unwrap();
    let mut x = Tensor::full(&[64], Scalar::Float(1.0), DType::F32, gpu).unwrap();
    x.operand().unwrap();
    for round in 0..4 {
        let t = std::time::Instant::now();
        let n = 2000;
        for _ in 0..n {
            for _ in 0..if round > 1 { 11 } else { 1 } { x = Tensor::elementwise(Op::add, &[Argument::Tensor(&x), Argument::Scalar(Scalar::Float(1.0))]).unwrap(); }
            x.operand().unwrap();
        }
        let host = t.elapsed();
        x.to_bytes().unwrap();
        println!("round {round}: host+device {:?}/op, all {:?}/op", host / n, t.elapsed() / n);
    }
    let t = std::time::Instant::now();
    for _ in 0..200 { x.to_bytes().unwrap(); }
    println!("read {:?}", t.elapsed()/200);
}
