/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers of the code that an exception interrupted, as entry.S lays them on the stack. */
#ifndef __ASM_ARM_PTRACE_H
#define __ASM_ARM_PTRACE_H

#define S_SP		52
#define S_OLD_R0	68
#define S_FRAME_SIZE	72

#ifndef __ASSEMBLY__
struct pt_regs {
	unsigned long uregs[18];
};

#define ARM_cpsr	uregs[16]
#define ARM_pc		uregs[15]
#define ARM_lr		uregs[14]
#define ARM_sp		uregs[13]
#define ARM_ip		uregs[12]
#define ARM_fp		uregs[11]
#define ARM_r10		uregs[10]
#define ARM_r9		uregs[9]
#define ARM_r8		uregs[8]
#define ARM_r7		uregs[7]
#define ARM_r6		uregs[6]
#define ARM_r5		uregs[5]
#define ARM_r4		uregs[4]
#define ARM_r3		uregs[3]
#define ARM_r2		uregs[2]
#define ARM_r1		uregs[1]
#define ARM_r0		uregs[0]

#define PSR_N_BIT	0x80000000
#define PSR_Z_BIT	0x40000000
#define PSR_C_BIT	0x20000000
#define PSR_V_BIT	0x10000000
#define PSR_I_BIT	0x00000080
#define PSR_F_BIT	0x00000040
#define PSR_T_BIT	0x00000020
#endif

#endif
