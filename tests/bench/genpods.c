/*
 * genpods [N [NAMESPACES]]: N pods as an injector of Istio leaves them and a
 * kubelet runs them, one JSON object a line, about 10 KB each: 20000 over 200
 * namespaces if nothing else is said.  The same ones every time, and the first
 * of many are those of few.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENV_APP		20
#define LEN(a)		(sizeof(a) / sizeof((a)[0]))

/* One in five is of the releases that mount a secret of certificates. */
static const struct release {
	const char	*image;
	int		 old;
} releases[] = {
	{ "docker.io/istio/proxyv2:1.20.3-distroless", 0 },
	{ "docker.io/istio/proxyv2:1.4.10", 1 },
	{ "docker.io/istio/proxyv2:1.9.9", 0 },
	{ "gcr.io/gke-release/istio/proxyv2:1.6.14-gke.0", 0 },
	{ "docker.io/istio/proxyv2:1.10.6", 0 },
	{ "docker.io/istio/proxyv2:1.12.9", 0 },
	{ "docker.io/istio/proxyv2:1.1.5", 1 },
	{ "gcr.io/istio-release/proxyv2:1.7.8", 0 },
	{ "docker.io/istio/proxyv2:1.18.7-distroless", 0 },
	{ "docker.io/istio/proxyv2:1.22.8", 0 },
	{ "registry.example.com:5000/mirror/istio/proxyv2:1.14.6", 0 },
	{ "docker.io/istio/proxyv2:1.3.5", 1 },
	{ "docker.io/istio/proxyv2:1.16.7", 0 },
	{ "gcr.io/istio-testing/proxyv2:1.24.2", 0 },
	{ "docker.io/istio/proxyv2:1.8.6", 0 },
};

static const char *const apps[] = {
	"productpage", "details", "ratings", "reviews", "cart", "checkout",
	"payment", "shipping", "currency", "email", "adservice", "frontend",
	"recommendation", "catalogue", "ledger", "notifier", "session",
};

static const char *const settings[] = {
	"DATABASE_URL", "CACHE_ENDPOINT", "LOG_LEVEL", "TRACE_COLLECTOR",
	"QUEUE_BROKERS", "FEATURE_FLAGS", "SESSION_SALT", "UPSTREAM_TIMEOUT",
	"BUCKET", "REGION",
};

struct pod {
	unsigned long		 nth;
	unsigned long		 ns;
	const struct release	*release;
	const char		*app;
	char			 ip[16];
	char			 node_ip[16];
	char			 token[24];	/* the name of its secret */
	unsigned long long	 rng;
};

/* JSON whose double quotes are written as single ones. */
__attribute__((format(printf, 1, 2))) static void
put(const char *fmt, ...)
{
	char line[4096];
	va_list ap;
	char *p;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (p = line; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	fputs(line, stdout);
}

static unsigned
draw(struct pod *p)
{
	p->rng ^= p->rng << 13;
	p->rng ^= p->rng >> 7;
	p->rng ^= p->rng << 17;
	return (unsigned)(p->rng >> 40);
}

/* As many digits of a digest as asked for, at most 64. */
static const char *
hex(struct pod *p, size_t n)
{
	static char text[4][65];
	static size_t turn;
	char *s = text[turn++ % LEN(text)];
	size_t i;

	for (i = 0; i < n && i < 64; i++)
		s[i] = "0123456789abcdef"[draw(p) % 16];
	s[i] = '\0';
	return s;
}

/* ---- metadata ---- */

static void
metadata(struct pod *p)
{
	const char *hash = hex(p, 10);

	put("'metadata':{'name':'%s-%05lu-v%lu-%s-%s',", p->app, p->nth,
	    p->nth % 3 + 1, hash, hex(p, 5));
	put("'generateName':'%s-%05lu-v%lu-%s-','namespace':'bench-%03lu',",
	    p->app, p->nth, p->nth % 3 + 1, hash, p->ns);
	put("'labels':{'app':'%s','app.kubernetes.io/name':'%s',"
	    "'app.kubernetes.io/part-of':'shop-%03lu',"
	    "'pod-template-hash':'%s','version':'v%lu',"
	    "'istio.io/rev':'default','security.istio.io/tlsMode':'istio',"
	    "'service.istio.io/canonical-name':'%s',"
	    "'service.istio.io/canonical-revision':'v%lu'},",
	    p->app, p->app, p->ns, hash, p->nth % 3 + 1, p->app,
	    p->nth % 3 + 1);
	put("'annotations':{'kubectl.kubernetes.io/default-container':'%s',"
	    "'kubectl.kubernetes.io/default-logs-container':'%s',"
	    "'prometheus.io/path':'/stats/prometheus',"
	    "'prometheus.io/port':'15020','prometheus.io/scrape':'true',"
	    "'checksum/config':'%s',", p->app, p->app, hex(p, 64));
	put("'sidecar.istio.io/status':'{\\'version\\':\\'%s\\',"
	    "\\'initContainers\\':[\\'istio-init\\'],"
	    "\\'containers\\':[\\'istio-proxy\\'],", hex(p, 64));
	put("\\'volumes\\':[\\'istio-envoy\\',%s],"
	    "\\'imagePullSecrets\\':null,\\'revision\\':\\'default\\'}'}},",
	    p->release->old ? "\\'istio-certs\\'" : "\\'istio-data\\',"
	    "\\'istio-podinfo\\',\\'istio-token\\',\\'istiod-ca-cert\\'");
}

/* ---- containers ---- */

static void
env_field(const char *name, const char *path)
{
	put("{'name':'%s','valueFrom':{'fieldRef':{'apiVersion':'v1',"
	    "'fieldPath':'%s'}}},", name, path);
}

static void
account_mount(const struct pod *p)
{
	put("{'name':'%s','readOnly':true,'mountPath':"
	    "'/var/run/secrets/kubernetes.io/serviceaccount'}", p->token);
}

static void
application(struct pod *p)
{
	unsigned i;

	put("{'name':'%s','image':'registry.example.com:5000/shop/%s:"
	    "2.%lu.%lu','ports':[{'name':'http','containerPort':8080,"
	    "'protocol':'TCP'},{'name':'metrics','containerPort':9090,"
	    "'protocol':'TCP'}],'env':[", p->app, p->app, p->nth % 7,
	    p->nth % 41);
	env_field("POD_NAME", "metadata.name");
	for (i = 0; i < ENV_APP; i++)
		put("%s{'name':'%s_%u','value':'%s.bench-%03lu.svc:%lu/%s'}",
		    i == 0 ? "" : ",", settings[i % LEN(settings)], i,
		    apps[(p->nth + i) % LEN(apps)], p->ns,
		    1024 + (p->nth * 31 + i * 7) % 30000, hex(p, 12));
	put("],'resources':{'limits':{'cpu':'500m','memory':'512Mi'},"
	    "'requests':{'cpu':'100m','memory':'128Mi'}},'volumeMounts':["
	    "{'name':'config','readOnly':true,'mountPath':'/etc/%s'},"
	    "{'name':'tmp','mountPath':'/tmp'},", p->app);
	account_mount(p);
	put("],'livenessProbe':{'httpGet':{'path':'/app-health/%s/livez',"
	    "'port':15020,'scheme':'HTTP'},'initialDelaySeconds':10,"
	    "'timeoutSeconds':1,'periodSeconds':10,'successThreshold':1,"
	    "'failureThreshold':3},", p->app);
	put("'readinessProbe':{'httpGet':{'path':'/app-health/%s/readyz',"
	    "'port':15020,'scheme':'HTTP'},'timeoutSeconds':1,"
	    "'periodSeconds':5,'successThreshold':1,'failureThreshold':3},",
	    p->app);
	put("'terminationMessagePath':'/dev/termination-log',"
	    "'terminationMessagePolicy':'File',"
	    "'imagePullPolicy':'IfNotPresent'}");
}

static void
proxy_args(const struct pod *p)
{
	put("'args':['proxy','sidecar','--domain',"
	    "'$(POD_NAMESPACE).svc.cluster.local',");
	if (p->release->old)
		put("'--configPath','/etc/istio/proxy','--binaryPath',"
		    "'/usr/local/bin/envoy','--serviceCluster','%s.bench-%03lu'"
		    ",'--drainDuration','45s','--parentShutdownDuration',"
		    "'1m0s','--discoveryAddress','istio-pilot.istio-system:"
		    "15011','--zipkinAddress','zipkin.istio-system:9411',"
		    "'--connectTimeout','10s','--proxyAdminPort','15000',"
		    "'--controlPlaneAuthPolicy','MUTUAL_TLS','--statusPort',"
		    "'15020','--applicationPorts','8080,9090',", p->app, p->ns);
	else
		put("'--serviceCluster','%s.bench-%03lu','--proxyLogLevel="
		    "warning','--proxyComponentLogLevel=misc:error',"
		    "'--log_output_level=default:info',", p->app, p->ns);
	put("'--trust-domain=cluster.local','--concurrency','2'],");
}

static void
proxy_env(struct pod *p)
{
	put("'env':[{'name':'JWT_POLICY','value':'third-party-jwt'},"
	    "{'name':'PILOT_CERT_PROVIDER','value':'istiod'},"
	    "{'name':'CA_ADDR','value':'istiod.istio-system.svc:15012'},");
	env_field("POD_NAME", "metadata.name");
	env_field("POD_NAMESPACE", "metadata.namespace");
	env_field("INSTANCE_IP", "status.podIP");
	env_field("SERVICE_ACCOUNT", "spec.serviceAccountName");
	env_field("HOST_IP", "status.hostIP");
	put("{'name':'PROXY_CONFIG','value':'{\\'discoveryAddress\\':"
	    "\\'istiod.istio-system.svc:15012\\',\\'tracing\\':{\\'zipkin\\':"
	    "{\\'address\\':\\'zipkin.istio-system:9411\\'}},"
	    "\\'proxyMetadata\\':{\\'DNS_AGENT\\':\\'\\'}}\\n'},");
	put("{'name':'ISTIO_META_POD_PORTS','value':'[\\n    {\\'name\\':"
	    "\\'http\\',\\'containerPort\\':8080,\\'protocol\\':\\'TCP\\'}"
	    "\\n    ,{\\'name\\':\\'metrics\\',\\'containerPort\\':9090,"
	    "\\'protocol\\':\\'TCP\\'}\\n]'},"
	    "{'name':'ISTIO_META_APP_CONTAINERS','value':'%s'},", p->app);
	put("{'name':'ISTIO_META_CLUSTER_ID','value':'Kubernetes'},"
	    "{'name':'ISTIO_META_INTERCEPTION_MODE','value':'REDIRECT'},"
	    "{'name':'ISTIO_METAJSON_ANNOTATIONS','value':"
	    "'{\\'checksum/config\\':\\'%s\\'}\\n'},"
	    "{'name':'ISTIO_META_WORKLOAD_NAME','value':'%s-%05lu-v%lu'},",
	    hex(p, 64), p->app, p->nth, p->nth % 3 + 1);
	put("{'name':'ISTIO_META_OWNER','value':'kubernetes://apis/apps/v1/"
	    "namespaces/bench-%03lu/deployments/%s-%05lu-v%lu'},"
	    "{'name':'ISTIO_META_MESH_ID','value':'cluster.local'},"
	    "{'name':'TRUST_DOMAIN','value':'cluster.local'},"
	    "{'name':'DNS_AGENT'},"
	    "{'name':'ISTIO_META_NETWORK','value':'network-%lu'},"
	    "{'name':'ISTIO_KUBE_APP_PROBERS','value':'{\\'/app-health/%s/"
	    "livez\\':{\\'httpGet\\':{\\'path\\':\\'/livez\\',\\'port\\':8080}"
	    ",\\'timeoutSeconds\\':1}}'}],",
	    p->ns, p->app, p->nth, p->nth % 3 + 1, p->nth % 4, p->app);
}

static void
proxy(struct pod *p)
{
	put("{'name':'istio-proxy','image':'%s','ports':[{'name':"
	    "'http-envoy-prom','containerPort':15090,'protocol':'TCP'}],",
	    p->release->image);
	proxy_args(p);
	proxy_env(p);
	put("'resources':{'limits':{'cpu':'2','memory':'1Gi'},"
	    "'requests':{'cpu':'100m','memory':'128Mi'}},'volumeMounts':["
	    "{'name':'istio-envoy','mountPath':'/etc/istio/proxy'},");
	if (p->release->old)
		put("{'name':'istio-certs','readOnly':true,"
		    "'mountPath':'/etc/certs/'},");
	else
		put("{'name':'istiod-ca-cert',"
		    "'mountPath':'/var/run/secrets/istio'},"
		    "{'name':'istio-data','mountPath':'/var/lib/istio/data'},"
		    "{'name':'istio-token',"
		    "'mountPath':'/var/run/secrets/tokens'},"
		    "{'name':'istio-podinfo','mountPath':'/etc/istio/pod'},");
	account_mount(p);
	put("],'readinessProbe':{'httpGet':{'path':'/healthz/ready',"
	    "'port':15021,'scheme':'HTTP'},'initialDelaySeconds':1,"
	    "'timeoutSeconds':3,'periodSeconds':2,'successThreshold':1,"
	    "'failureThreshold':30},"
	    "'terminationMessagePath':'/dev/termination-log',"
	    "'terminationMessagePolicy':'File','imagePullPolicy':"
	    "'IfNotPresent','securityContext':{'capabilities':{'drop':['ALL']"
	    "},'privileged':false,'runAsUser':1337,'runAsGroup':1337,"
	    "'runAsNonRoot':true,'readOnlyRootFilesystem':true,"
	    "'allowPrivilegeEscalation':false}}");
}

static void
init(const struct pod *p)
{
	put("{'name':'istio-init','image':'%s','args':['istio-iptables',"
	    "'-p','15001','-z','15006','-u','1337','-m','REDIRECT','-i','*',"
	    "'-x','','-b','*','-d','15090,15021,15020'],"
	    "'resources':{'limits':{'cpu':'2','memory':'1Gi'},"
	    "'requests':{'cpu':'100m','memory':'128Mi'}},'volumeMounts':[",
	    p->release->image);
	account_mount(p);
	put("],'terminationMessagePath':'/dev/termination-log',"
	    "'terminationMessagePolicy':'File','imagePullPolicy':"
	    "'IfNotPresent','securityContext':{'capabilities':{'add':"
	    "['NET_ADMIN','NET_RAW'],'drop':['ALL']},'privileged':false,"
	    "'runAsUser':0,'runAsGroup':0,'runAsNonRoot':false,"
	    "'readOnlyRootFilesystem':false,"
	    "'allowPrivilegeEscalation':false}}");
}

/* ---- spec ---- */

static void
volumes(const struct pod *p)
{
	put("'volumes':[{'name':'config','configMap':{'name':'%s-%05lu',"
	    "'defaultMode':420}},{'name':'tmp','emptyDir':{}},"
	    "{'name':'%s','secret':{'secretName':'%s','defaultMode':420}},"
	    "{'name':'istio-envoy','emptyDir':{'medium':'Memory'}}",
	    p->app, p->nth, p->token, p->token);
	if (p->release->old) {
		put(",{'name':'istio-certs','secret':{'secretName':"
		    "'istio.default','defaultMode':420,'optional':true}}],");
		return;
	}
	put(",{'name':'istio-data','emptyDir':{}},"
	    "{'name':'istio-podinfo','downwardAPI':{'items':["
	    "{'path':'labels','fieldRef':{'apiVersion':'v1',"
	    "'fieldPath':'metadata.labels'}},"
	    "{'path':'annotations','fieldRef':{'apiVersion':'v1',"
	    "'fieldPath':'metadata.annotations'}}],'defaultMode':420}},"
	    "{'name':'istio-token','projected':{'sources':["
	    "{'serviceAccountToken':{'audience':'istio-ca',"
	    "'expirationSeconds':43200,'path':'istio-token'}}],"
	    "'defaultMode':420}},{'name':'istiod-ca-cert','configMap':{"
	    "'name':'istio-ca-root-cert','defaultMode':420}}],");
}

/* The rest of it; admission would add the token's volume by itself. */
static void
placement(const struct pod *p)
{
	put("'restartPolicy':'Always','terminationGracePeriodSeconds':30,"
	    "'dnsPolicy':'ClusterFirst','serviceAccountName':'default',"
	    "'automountServiceAccountToken':false,"
	    "'nodeName':'node-%05lu.bench.internal',"
	    "'securityContext':{'fsGroup':1337},"
	    "'schedulerName':'default-scheduler','tolerations':["
	    "{'key':'node.kubernetes.io/not-ready','operator':'Exists',"
	    "'effect':'NoExecute','tolerationSeconds':300},"
	    "{'key':'node.kubernetes.io/unreachable','operator':'Exists',"
	    "'effect':'NoExecute','tolerationSeconds':300}],"
	    "'enableServiceLinks':true}", p->nth);
}

/* ---- status ---- */

static void
condition(const char *type, unsigned second)
{
	put("{'type':'%s','status':'True','lastProbeTime':null,"
	    "'lastTransitionTime':'2026-11-20T10:00:%02uZ'}", type, second);
}

/* The tag goes, the digest comes. */
static void
identity(struct pod *p, const char *image)
{
	put("'image':'%s','imageID':'docker-pullable://%.*s@sha256:%s',",
	    image, (int)(strrchr(image, ':') - image), image, hex(p, 64));
	put("'containerID':'docker://%s'", hex(p, 64));
}

static void
running(struct pod *p, const char *name, const char *image)
{
	put("{'name':'%s','state':{'running':{'startedAt':"
	    "'2026-11-20T10:00:%02uZ'}},'lastState':{},'ready':true,"
	    "'restartCount':%lu,", name, draw(p) % 60, p->nth % 3);
	identity(p, image);
	put(",'started':true}");
}

static void
status(struct pod *p)
{
	char image[64];

	snprintf(image, sizeof(image), "registry.example.com:5000/shop/%s:"
	    "2.%lu.%lu", p->app, p->nth % 7, p->nth % 41);
	put("'status':{'phase':'Running','conditions':[");
	condition("Initialized", 10);
	put(",");
	condition("Ready", 20);
	put(",");
	condition("ContainersReady", 20);
	put(",");
	condition("PodScheduled", 1);
	put("],'hostIP':'%s','podIP':'%s','podIPs':[{'ip':'%s'}],"
	    "'startTime':'2026-11-20T10:00:01Z','initContainerStatuses':["
	    "{'name':'istio-init','state':{'terminated':{'exitCode':0,"
	    "'reason':'Completed','startedAt':'2026-11-20T10:00:05Z',"
	    "'finishedAt':'2026-11-20T10:00:06Z',", p->node_ip, p->ip, p->ip);
	put("'containerID':'docker://%s'}},'lastState':{},'ready':true,"
	    "'restartCount':0,", hex(p, 64));
	identity(p, p->release->image);
	put("}],'containerStatuses':[");
	running(p, p->app, image);
	put(",");
	running(p, "istio-proxy", p->release->image);
	put("],'qosClass':'Burstable'}");
}

static void
pod(struct pod *p)
{
	put("{'apiVersion':'v1','kind':'Pod',");
	metadata(p);
	put("'spec':{");
	volumes(p);
	put("'initContainers':[");
	init(p);
	put("],'containers':[");
	application(p);
	put(",");
	proxy(p);
	put("],");
	placement(p);
	put(",");
	status(p);
	put("}\n");
}

int
main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000, i;
	unsigned long ns = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
	struct pod p;

	if (ns == 0 || ns > 1000 || n > 99999) {
		fputs("usage: genpods [N [NAMESPACES]]\n", stderr);
		return 2;
	}
	for (i = 0; i < n; i++) {
		p.nth = i;
		p.ns = i % ns;
		/* with the turns of namespaces, not against them */
		p.release = &releases[(i + i / ns) % LEN(releases)];
		p.app = apps[(i + i / ns) % LEN(apps)];
		p.rng = 88172645463325252ull ^ (i * 0x9e3779b97f4a7c15ull);
		snprintf(p.ip, sizeof(p.ip), "10.%lu.%lu.%lu",
		    100 + i / 62500, i / 250 % 250, 1 + i % 250);
		snprintf(p.node_ip, sizeof(p.node_ip), "10.%lu.%lu.%lu",
		    20 + i / 62500, i / 250 % 250, 1 + i % 250);
		snprintf(p.token, sizeof(p.token), "default-token-%05lx",
		    0x10000 + p.ns * 977);
		pod(&p);
	}
	return fflush(stdout) == EOF || ferror(stdout) != 0;
}
