import { readFileSync, mkdtempSync, readdirSync, rmSync, mkdirSync } from 'node:fs'; import { join } from 'node:path'; import { once } from 'node:events';
import { MeasuredServer, bundle } from '/work/main/tools/bench/measured-server.ts'; import { chooseFreePort } from '/work/main/tools/stack/ports.ts';
const info=JSON.parse(readFileSync('/tmp/rel/stack.json','utf8')); const [org]=JSON.parse(readFileSync('/tmp/rel/orgs.json','utf8'));
const which=process.argv[2]; const dir=mkdtempSync('/tmp/rel/pc-'); const prof='/tmp/rel/prof2'; rmSync(prof,{recursive:true,force:true}); mkdirSync(prof);
const port=await chooseFreePort(); const src=await bundle(which==='ours'?(process.env.APP ?? 'cpu-app.ts'):'cpu-floor.ts',dir); 
const FRAMEWORK='/work/main/functions/node_modules/@google-cloud/functions-framework/build/src/main.js';
const args=['--cpu-prof',`--cpu-prof-dir=${prof}`,...(which==='ours'?[FRAMEWORK,'--target=api',`--source=${src}`,`--port=${port}`]:[join(src,'index.js')])];
const server=await MeasuredServer.start(args,{...info.env,BENCH_TENANT:org.tenantId,PORT:String(port),FUNCTION_TARGET:'api'},port,32);
const H={'x-partner-key':org.key,'x-partner-secret':org.secret}; const email=`p.${Date.now()}@example.com`;
const reg=await server.send('POST','/partner/auth/register',H,{email,phone_number:`+1303${2000000+Date.now()%7000000}`,password:'a password',first_name:'a',last_name:'b',ssn:'123-45-6789'}); 
await server.send('POST','/partner/auth/login',H,{email,password:'a password'}); const [m]=await (await fetch(`${info.outboxUrl}?to=${encodeURIComponent(email)}`)).json() as any;
const v=await server.send('POST','/partner/auth/verify-otp',H,{email,code:m.code}); const tok=v.body.sessionToken as string; if(!tok) throw new Error(JSON.stringify(v));
const N=6000; let n=0; const b=await server.cpuMs(); await Promise.all(Array.from({length:32},async()=>{ while(n++<N) { const r=await server.send('GET',process.argv[3]??'/bench/session',{...H,authorization:`Bearer ${tok}`}); if(r.status!==200) throw new Error(JSON.stringify(r)); } })); console.log('ms/request',((await server.cpuMs())-b)/N);
(server as any).agent.destroy(); (server as any).child.disconnect(); await new Promise(r=>setTimeout(r,2500));
const p=JSON.parse(readFileSync(join(prof,readdirSync(prof)[0]),'utf8')); const byId=new Map(p.nodes.map((x:any)=>[x.id,x])); const self=new Map(); p.samples.forEach((id:any,i:number)=>self.set(id,(self.get(id)||0)+p.timeDeltas[i]/1000));
const own=new Map(); for(const [id,t] of self){ const f=(byId.get(id) as any).callFrame; const m=/.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(f.url); const k=m?m[1]:f.url.startsWith('node:')?f.url.split('/').slice(0,3).join('/'):f.url?'OUR BUNDLE':f.functionName; own.set(k,(own.get(k)||0)+t);} 
for(const [k,t] of [...own].sort((a:any,b:any)=>b[1]-a[1]).slice(0,26)) console.log(String(k).padEnd(44),(t/N).toFixed(3));
const fn=new Map(); for(const [id,t] of self){ const f=(byId.get(id) as any).callFrame; const k=f.functionName+' '+f.url.split('/').slice(-3).join('/')+':'+f.lineNumber; fn.set(k,(fn.get(k)||0)+t);} console.log('--'); for(const [k,t] of [...fn].sort((a:any,b:any)=>b[1]-a[1]).slice(0,30)) console.log(String(k).padEnd(90),(t/N).toFixed(3));
